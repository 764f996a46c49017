"""Sound."""

from studio.engine.effects.entry import Effect, Stage, Words
from studio.engine.errors import gettext_noop as _

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
