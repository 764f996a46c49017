"""Words on the picture. They are drawn as a picture of their own and never reach a filter's text."""

from studio.engine.effects.entry import Effect, Params, Stage, Words
from studio.engine.errors import gettext_noop as _


def _caption_text(params: Params) -> str:
    return f"“{params.get('text', '')}”"


CAPTION = Effect(
    id="caption",
    stage=Stage.CAPTION,
    label=_("Caption"),
    value=_caption_text,
    change=("picture", 1),
    limits={},
    en=Words(),
    zh=Words(),
    examples_en=('put "Hello" at the top', 'add the caption "The end"'),
    examples_zh=("在底部加字幕“你好”", "加标题“我的夏天”"),
)
