"""Signs that are read as a Latin letter without being one, and how each is written plainly."""

import re
import unicodedata

# Small letters of other scripts by what they are read as; capitals are lowered before, except where both differ.
_GROUPS = {
    "a": "аɑαₐ",
    "b": "ьвЬВβƅɓ",
    "c": "сϲⅽ",
    "d": "ԁɗ",
    "e": "еҽєεɛ",
    "f": "ƒғϝ",
    "g": "ɡցԍ",
    "h": "һнНɦℎ",
    "i": "іιɩıӏ",
    "j": "јϳ",
    "k": "кκΚК",
    "l": "ⅼǀ∣ɭ",
    "m": "мМΜ",
    "n": "пոηΝ",
    "o": "оοσօо০੦०〇",
    "p": "рρ",
    "q": "ԛգ",
    "r": "гг",
    "s": "ѕꜱʂ",
    "t": "тτТΤ",
    "u": "υսʋ",
    "v": "ѵνⅴ",
    "w": "ԝωшѡ",
    "x": "хχⅹ",
    "y": "уүγ",
    "z": "ᴢȥζΖ",
}
LOOKALIKES = {ord(sign): letter for letter, signs in _GROUPS.items() for sign in signs}

# Figures and signs that stand for letters inside a word.
LEET = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g", "@": "a", "$": "s", "!": "i"}

# ʙ, 🅱, 🇧, ø, ɓ: Unicode's own name tells the letter.
_NAMED = re.compile(
    r"(?:NEGATIVE (?:CIRCLED|SQUARED) |CROSSED NEGATIVE SQUARED )?"
    r"(?:LATIN (?:SMALL|CAPITAL) LETTER|LATIN LETTER SMALL CAPITAL|REGIONAL INDICATOR SYMBOL LETTER) "
    r"([A-Z])(?: WITH .*)?"
)


def letter_of(sign: str) -> str:
    """The plain Latin letter that one sign is read as, else the sign itself."""
    if known := LOOKALIKES.get(ord(sign)):
        return known
    named = _NAMED.fullmatch(unicodedata.name(sign, ""))
    return named.group(1).lower() if named else sign
