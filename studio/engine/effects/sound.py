"""Sound: off, quieter, louder, echo, telephone, muffled, even loudness. What is mixed under is in `beds`."""

from studio.engine.effects.entry import Effect, Limit, Params, Stage, Words, number, strength
from studio.engine.errors import gettext_noop as _

TARGET = -14.0
"""Loudness in LUFS that players on the web turn everything to."""
GAINS = {0.5: 3.0, 1.0: 6.0, 1.6: 10.0, 2.0: 15.0}


def _strength_text(params: Params) -> str:
    return f"{round(100 * strength(params))} %"


def _gain(params: Params) -> float:
    return number({"gain": GAINS[1.0], **params}, "gain")


def _gain_text(params: Params, sign: int) -> str:
    return f"{sign * _gain(params):+.1f}".rstrip("0").rstrip(".").replace("-", "−") + " dB"


def _echo(params: Params) -> str:
    k = strength(params)
    return f"aecho=in_gain=0.9:out_gain=0.9:delays=90|210|370:decays={0.38 * k:.3f}|{0.24 * k:.3f}|{0.14 * k:.3f}"


def _telephone(params: Params) -> str:
    """The band of a telephone line, its loudness pressed flat."""
    return (
        "aformat=channel_layouts=mono,highpass=f=350,highpass=f=350,lowpass=f=3000,lowpass=f=3000,"
        "acompressor=threshold=0.1:ratio=6:attack=5:release=80:makeup=2.5,aformat=channel_layouts=stereo"
    )


def _muffled(params: Params) -> str:
    cut = round(600 * 2 ** (1 - strength(params)))
    return f"lowpass=f={cut},lowpass=f={cut}"


MUTE = Effect(
    id="mute",
    stage=Stage.SOUND,
    label=_("Sound"),
    value=lambda params: _("off"),
    change=("sound", -1),
    limits={},
    en=Words(
        names=(
            "mut(e|ed|es|ing)|silen(t|ce|ced|cing|tly)|sound ?less|sound off|audio off|(volume|sound|audio) (to|"
            "at|down to) (zero|0)|no volume|zero volume|volume zero"
        ),
        absence="sounds?|audio|audio track|sound ?track|music|background (music|audio|sounds?)|volume|sound track"
        "|original (sound|audio)|music track|backing track|bgm|soundtrack|song",
    ),
    zh=Words(
        names="静音|无声|消音|无声音|默片|音量为零|音量调零|音量归零|音量调到零|没声音|去音|去声",
        absence="声音|音频|音乐|背景音乐|原声|音轨|配乐|背景音|伴奏|声|音量|原音",
    ),
    examples_en=("mute the sound", "remove the audio"),
    examples_zh=("静音", "去掉声音"),
)

LOUDER = Effect(
    id="louder",
    stage=Stage.SOUND,
    label=_("Volume"),
    value=lambda params: _gain_text(params, 1),
    change=("loudness", 1),
    opposite="quieter",
    limits={"gain": Limit(0.5, 6.0, 20.0)},
    factors=GAINS,
    audio=lambda params: f"volume={_gain(params):.2f}dB",
    en=Words(
        names="loud(er|en|ly)( up)?|(turn|crank|pump) it up|(turn|crank|pump) up the (volume|sound|audio|music)|"
        "volume boost",
        qualities="loud",
        amounts="volume|loudness|sound (level|volume)|audio (level|volume)|volume level|sounds?|audio|music|"
        "audio track|background (music|audio|sounds?)|soundtrack",
        faults="inaudible|barely audible|hard to hear|can't hear (it|anything|the (sound|audio|voice|music))",
    ),
    zh=Words(
        names="大声|更大声|响亮|响一点|更响|放大(声音|音量)|扩音|声音(放大|加大|变大)",
        qualities="响|吵",
        amounts="音量|声音|响度|音量大小|声音大小|音乐|背景音乐|人声|原声",
        faults="听不清|听不见|听不到",
    ),
    examples_en=("make it louder", "turn up the volume", "increase the volume by 3 dB"),
    examples_zh=("声音大一点", "提高音量"),
)

QUIETER = Effect(
    id="quieter",
    stage=Stage.SOUND,
    label=_("Volume"),
    value=lambda params: _gain_text(params, -1),
    change=("loudness", -1),
    opposite="louder",
    limits={"gain": Limit(0.5, 6.0, 40.0)},
    factors=GAINS,
    audio=lambda params: f"volume=-{_gain(params):.2f}dB",
    en=Words(
        names="quiet(er|en|ens|ly)( down)?|hush(ed)?|soft(er)? (sound|audio|volume)|turn (it|the (volume|sound|audio|"
        "music)) down|turn down the (volume|sound|audio|music)|less loud|not so loud|lower volume",
        qualities="quiet",
    ),
    zh=Words(
        names="小声|更小声|轻声|安静一点|安静些|压低(声音|音量)|声音(变小|减小)|声音轻",
        qualities="小声",
    ),
    examples_en=("make it quieter", "lower the volume", "turn the music down a little"),
    examples_zh=("声音小一点", "降低音量"),
)

ECHO = Effect(
    id="echo",
    stage=Stage.SOUND,
    label=_("Echo"),
    value=_strength_text,
    change=("tail", 1),
    percent=100,
    audio=_echo,
    en=Words(
        names="echo(es|ing|ey|y|ed)?( effect)?|reverb(eration|erate)?( effect)?|(cathedral|church|cave|canyon|hall|"
        "stairwell|tunnel) (sound|echo|acoustics?|reverb)",
        amounts="echo|reverb",
    ),
    zh=Words(names="回声|回音|混响|山谷回声|空旷的声音|教堂音效", amounts="回声|回音|混响"),
    examples_en=("add an echo", "give the sound some reverb"),
    examples_zh=("加回声", "声音加混响"),
)

TELEPHONE = Effect(
    id="telephone",
    stage=Stage.SOUND,
    label=_("Telephone"),
    value=lambda params: "350–3,000 Hz",
    change=("band", -1),
    limits={},
    audio=_telephone,
    en=Words(
        names="(old )?(tele)?phone( call| line)? (sound|audio|voice|effect|filter|quality)|"
        "(old )?(tele)?phone call|telephone|over the phone|"
        "on the phone|through a (tele)?phone|(old|am|vintage)? ?radio (sound|audio|voice|effect|filter|quality)|"
        "(an )?old radio|am radio|walkie talkie( (sound|audio|voice|effect))?|lo ?fi (sound|audio)|tinny|intercom",
    ),
    zh=Words(
        names="电话音|电话声|电话音效|电话里的声音|电话效果|收音机|收音机效果|收音机的声音|对讲机|对讲机音效|老收音机"
    ),
    examples_en=("telephone sound", "make the audio sound like an old radio"),
    examples_zh=("电话音效", "声音变成收音机的效果"),
)

MUFFLED = Effect(
    id="muffled",
    stage=Stage.SOUND,
    label=_("Muffled"),
    value=lambda params: f"{round(600 * 2 ** (1 - strength(params))):,} Hz",
    change=("highs", -1),
    percent=100,
    audio=_muffled,
    en=Words(
        names="muffl(e|es|ing)|underwater (sound|audio)|(sound|audio) underwater|sound like (it's )?underwater|"
        "(from|in) (another|the next|the other) room|behind a (wall|door)|through (a|the) wall|low pass( filter)?",
        qualities="muffled",
    ),
    zh=Words(names="闷声|声音发闷|声音闷|闷一点|水下的声音|水下声音|隔墙|隔着墙|隔壁房间|低通"),
    examples_en=("make the sound muffled", "make it sound like it's underwater"),
    examples_zh=("声音闷一点", "闷声效果"),
)

NORMALISE = Effect(
    id="normalise",
    stage=Stage.SOUND,
    label=_("Loudness"),
    value=lambda params: "−14 LUFS",
    change=("level", 0),
    limits={},
    en=Words(
        names="normali[sz](e|ed|es|ing|ation)( (the )?(audio|volume|sound|loudness|(sound |audio )?levels?))?|"
        "(level|even)( out)? the (audio|sound|volume|loudness)|(even|consistent|balanced) (volume|loudness|audio)|"
        "(fix|balance|correct) the (audio|sound|volume)? ?(levels?|loudness)|standard loudness|"
        "loudness normali[sz]ation|volume normali[sz]ation|lufs",
    ),
    zh=Words(
        names="音量标准化|响度标准化|标准化|音量均衡|均衡音量|统一音量|平衡音量|音量归一化|响度归一化|归一化|音量统一|响度统一"
    ),
    examples_en=("normalize the audio", "even out the volume"),
    examples_zh=("音量标准化", "统一音量"),
)
