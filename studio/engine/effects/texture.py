"""How fine the picture is: blur, tilt-shift, sharper, less noise, film grain."""

from studio.engine.effects.entry import Effect, Params, Stage, Words, by_pixel, strength, strength_text
from studio.engine.errors import gettext_noop as _


def _blur_radius(params: Params) -> float:
    return 6 * strength(params)


def _blur(params: Params, unit: float) -> str:
    return f"gblur=sigma={_blur_radius(params) * unit:.2f}"


def _tilt_shift(params: Params, unit: float) -> str:
    """Sharp in a band across the middle, soft above and below; stronger colours make the world a toy.

    The mask is a white bar that was blurred: quicker than to reckon each pixel.
    """
    k = strength(params)
    bar = f"drawbox=color=black:t=fill,drawbox=y=ih*0.42:h=ih*0.28:color=white:t=fill,gblur=sigma={60 * unit:.2f}"
    return (
        f"hue=s={1 + 0.2 * k:.3f},split=3[sharp][soft][mask];[soft]gblur=sigma={7 * k * unit:.2f}[soft];"
        f"[mask]{bar},format=gray[mask];[sharp][mask]alphamerge[band];[soft][band]overlay"
    )


def _sharpen(params: Params, unit: float) -> str:
    size = min(23, max(3, 2 * round(2 * unit) + 1))
    return f"unsharp={size}:{size}:{1.2 * strength(params):.3f}:3:3:0"


def _denoise(params: Params) -> str:
    """Compares with the pictures before and after, then smooths what is left without touching edges."""
    k = strength(params)
    near, far = 0.04 * k, 0.08 * k
    thresholds = ":".join(f"{plane}a={near:.3f}:{plane}b={far:.3f}" for plane in range(3))
    return f"atadenoise={thresholds}:s=9,bilateral=sigmaS=2:sigmaR={0.04 * k:.3f}"


def _grain(params: Params) -> str:
    return f"noise=c0s={round(14 * strength(params))}:c0f=t+u"


BLUR = Effect(
    id="blur",
    stage=Stage.TEXTURE,
    label=_("Blur"),
    value=lambda params: f"{_blur_radius(params):.1f} px",
    percent=100,
    change=("detail", -1),
    opposite="sharpen",
    shaped=by_pixel(_blur),
    en=Words(
        names=(
            "blur(red|ring|s|rier|red out)?( effect| filter)?|gaussian blur|de ?focus(ed|ing|es)?|"
            "smudge(d)?|less crisp|softer (picture|image|video|focus)|frosted glass"
        ),
        qualities="blurry|fuzzy|out of focus|unfocused",
        amounts="blurriness",
    ),
    zh=Words(
        names="模糊化|模糊处理|变模糊|变得模糊|虚化|失焦|脱焦|高斯模糊|毛玻璃|磨砂玻璃|朦胧模糊|糊掉",
        qualities="模糊|糊",
        amounts="模糊度|模糊程度|虚化程度",
    ),
    examples_en=("blur the video", "make it blurry"),
    examples_zh=("画面模糊一点", "加高斯模糊"),
)

TILT_SHIFT = Effect(
    id="tiltshift",
    stage=Stage.TEXTURE,
    slow=True,
    label=_("Tilt-shift"),
    value=strength_text,
    percent=100,
    change=("rim detail", -1),
    shaped=by_pixel(_tilt_shift),
    en=Words(
        names=(
            "tilt ?shift( effect| lens| look)?|miniature(s)?( effect| look| world| faking)?|toy ?(town|world|like)|"
            "diorama|model (railway|train|village|town)|tiny world|like toys"
        ),
    ),
    zh=Words(names="移轴|移轴效果|移轴镜头|移轴摄影|微缩|微缩景观|微缩模型|小人国|玩具世界|微型世界|缩微|模型感"),
    examples_en=("tilt-shift it", "make it look like a miniature"),
    examples_zh=("移轴效果", "做成微缩景观"),
)

SHARPEN = Effect(
    id="sharpen",
    stage=Stage.TEXTURE,
    label=_("Sharpness"),
    value=lambda params: f"+{round(120 * strength(params))} %",
    percent=120,
    change=("detail", 1),
    opposite="blur",
    shaped=by_pixel(_sharpen),
    en=Words(
        names=(
            "sharp(en|er|ens|ened|ening)( up| filter| mask)?|crisp(er|en|y)|unsharp mask|more (defined|detailed)|"
            "clearer|(more|better|bring out|enhance|improve|boost) (the )?(fine )?(details?|texture|definition)|"
            "in focus|less soft|tack sharp|razor sharp"
        ),
        qualities="sharp|crisp",
        amounts="sharpness|clarity|acutance|crispness|definition|focus",
        faults="blurry|fuzzy|out of focus|unfocused",
    ),
    zh=Words(
        names="锐化|变清晰|更清晰|清楚一点|清楚些|更清楚|变清楚|细节更多|更多细节|增强细节|突出细节|强化细节|细节增强|提升细节",
        qualities="清晰|锐利|清楚|锐",
        amounts="清晰度|锐度|锐化度|锐利度|锐化程度",
        faults="模糊|糊|不清晰|不清楚|不够清晰|不够清楚|不够锐利",
    ),
    examples_en=("sharpen it", "make it crisper"),
    examples_zh=("锐化一下", "画面更清晰"),
)

DENOISE = Effect(
    id="denoise",
    stage=Stage.DENOISE,
    slow=True,
    label=_("Noise reduction"),
    value=strength_text,
    percent=100,
    change=("noise", -1),
    opposite="grain",
    video=_denoise,
    en=Words(
        names=(
            "de ?nois(e|ed|er|ing)|noise (reduction|removal|filter)|(cleaner|clean up the|clean up|clean the|noisy) "
            "(picture|image|video|footage|clip|noise|grain)|noise ?(less|free)|grain (removal|reduction)|"
            "clean (it|this|that) up|de ?grain|smooth (out )?(the )?(noise|grain)"
        ),
        absence="(film |digital |video |image |iso )?(noise|grain)|grains|graininess|noise and grain|grain and noise",
        faults="noisy|grainy",
    ),
    zh=Words(
        names="降噪|去噪|除噪|消噪|去噪点|减噪|去颗粒|画面干净|更干净|干净一点",
        absence="噪点|噪声|杂点|颗粒|颗粒感|噪",
    ),
    examples_en=("denoise it", "reduce the noise"),
    examples_zh=("降噪", "去掉噪点"),
)

GRAIN = Effect(
    id="grain",
    stage=Stage.VIGNETTE,
    label=_("Film grain"),
    value=strength_text,
    percent=100,
    change=("noise", 1),
    opposite="denoise",
    video=_grain,
    en=Words(
        names="(film )?grain(y|ier|ed)?|analog(ue)? (film )?grain|film noise|"
        "(tv |white )?static noise|textured film|high iso( look)?|noisier",
        qualities="grainy",
        amounts="(film |digital |video |image )?(grain|noise)|graininess|grains",
    ),
    zh=Words(
        names="胶片颗粒|胶片颗粒感|加颗粒|颗粒效果|噪点效果|胶片噪点",
        qualities="粗糙",
        amounts="颗粒|颗粒感|噪点|噪声|杂点",
    ),
    examples_en=("add film grain", "make it grainy"),
    examples_zh=("增加颗粒感", "加胶片颗粒"),
)
