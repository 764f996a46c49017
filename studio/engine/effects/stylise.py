"""Pictures made into something else: cartoon, sketch, paint, pixels, heat, glitch, trails, mirrors."""

from studio.engine.effects.entry import (
    Effect,
    Limit,
    Params,
    Stage,
    Words,
    by_pixel,
    number,
    strength,
    strength_text,
)
from studio.engine.errors import gettext_noop as _

OPACITY = {"k": Limit(0.1, 1.0, 1.0)}
DARKEST = 0.05
"""How far a poster's darkest tone is from black, and its lightest from white: both keep their colour."""
DENSER = 1.25
"""A poster's tones lie closer together in the dark, or a night would be one black plate."""


def _opacity(params: Params) -> float:
    return OPACITY["k"].clamp(number({"k": 1.0, **params}, "k"))


def _opacity_text(params: Params) -> str:
    return f"{round(100 * _opacity(params))} %"


def _pixels_text(params: Params) -> str:
    return f"{_block(params, 1.0)} px"


def _halved(filters: str) -> str:
    """At half the size a filter reaches twice as far and costs a quarter."""
    return f"scale=iw/2:ih/2:flags=area,{filters},scale=iw*2:ih*2:flags=bicubic"


def _mixed(filters: str, params: Params) -> str:
    """The effect laid over the picture as it was, as densely as the strength says."""
    k = _opacity(params)
    if k >= 1:
        return filters
    return f"split[plain][drawn];[drawn]{filters}[drawn];[drawn][plain]blend=all_mode=normal:all_opacity={k:.3f}"


def _cartoon(params: Params, unit: float) -> str:
    """Flat colours in steps, and dark lines where the drawing changes."""
    flat = "lutyuv=y='clip(16+floor((val-16)/26+0.5)*26,16,235)',hue=s=1.35"
    lines = (
        f"format=gray,gblur=sigma={1.2 * unit:.2f},sobel=scale=0.9,lut=y='clip(255-(val-60)*2,0,255)',format=yuv420p"
    )
    filters = (
        f"split[a][b];[a]{_halved(f'median=radius={max(1, round(2 * unit))}')},{flat}[a];[b]{lines}[b];"
        "[b][a]blend=c0_mode=multiply:c0_opacity=0.85:c1_mode=normal:c1_opacity=0:c2_mode=normal:c2_opacity=0"
    )
    return _mixed(filters, params)


def _sketch(params: Params, unit: float) -> str:
    """Grey divided by its own soft copy leaves lines; the shading of the original stays under them, faintly."""
    filters = (
        f"format=gray,split=3[a][b][c];[b]negate,gblur=sigma={5 * unit:.2f}[g];[a][g]blend=all_mode=dodge,"
        "lut=y='clip(248*pow(val/255,3.5),0,248)'[d];"
        "[c]lut=y='min(255,120+val*0.75)'[c];[d][c]blend=all_mode=multiply,format=yuv420p"
    )
    return _mixed(filters, params)


def _edges(params: Params, unit: float) -> str:
    return _mixed(f"format=gray,gblur=sigma={unit:.2f},sobel=scale=1.5,format=yuv420p", params)


def _paint(params: Params, unit: float) -> str:
    """Dabs of colour are medians; lifted a little, or they would be darker than the picture was. A painter goes on."""
    k = strength(params)
    radius = max(1, round(1.3 * unit * (0.5 + 0.5 * k)))
    return (
        f"{_halved(f'median=radius={radius}')},hue=s={1 + 0.3 * k:.3f},"
        f"lutyuv=y='16+219*pow(clip((val-16)/219,0,1),{1 - 0.08 * min(k, 1.5):.3f})'"
    )


def _posterize(params: Params, unit: float) -> str:
    """Plates of colour: light in a few even tones, and colour in steps from grey outwards.

    Red, green and blue in steps of their own would give a pale sky bands of hues that it never had.
    """
    k = strength(params)
    tones, step = max(3, round(7 - 2 * k)), 8 + 6 * k
    tone = f"min({tones - 1},floor(pow(clip((val-16)/219,0,1),{1 / DENSER})*{tones}))/{tones - 1}"
    light = f"y='16+219*pow({DARKEST}+{1 - 2 * DARKEST}*{tone},{DENSER})'"
    colour = ":".join(f"{plane}='128+round((val-128)*{1 + 0.4 * k:.3f}/{step:.2f})*{step:.2f}'" for plane in "uv")
    return f"{_halved(f'median=radius={max(1, round(2 * unit))}')},lutyuv={light}:{colour}"


def _block(params: Params, unit: float) -> int:
    """Even: colour has half the pixels."""
    return max(2, 2 * round(8 * unit * strength(params)))


def _pixelate(params: Params, unit: float) -> str:
    return f"pixelize=w={_block(params, unit)}:h={_block(params, unit)}"


def _thermal(params: Params) -> str:
    return f"format=yuv444p,pseudocolor=preset=turbo:opacity={_opacity(params):.3f},format=yuv420p"


def _trails(params: Params) -> str:
    """What was bright and what was dark both linger, and their mean is the trail of either.

    Where that is only a little off the picture as it is now, nothing has moved through: grass and fur stay crisp.
    """
    lag = f"lagfun=decay={1 - 0.05 / strength(params):.4f}"
    laid = ":".join(f"c{plane}='x+(y-x)*min(1,abs(y-x)/{12 if plane == 0 else 6})'" for plane in range(3))
    return (
        f"split=3[now][bright][dark];[bright]{lag}[bright];[dark]negate,{lag},negate[dark];"
        f"[bright][dark]blend=all_mode=average[trail];[now][trail]lut2={laid}"
    )


def _mirror_half(params: Params) -> str:
    """Even columns only: colour has half of them."""
    return "split[a][b];[b]crop=floor(iw/4)*2:ih:0:0,hflip[c];[a][c]overlay=x=W-w:y=0"


CARTOON = Effect(
    id="cartoon",
    stage=Stage.STYLISE,
    slow=True,
    label=_("Cartoon"),
    value=_opacity_text,
    limits=OPACITY,
    percent=100,
    change=("flat areas", 1),
    shaped=by_pixel(_cartoon),
    en=Words(
        names=(
            "cartoon(ish|y|ized|ised|ify)|anim(e|ated) (style|look|film|movie|series)|cel shad(ed|ing)|"
            "(comic|manga) ?(book)?( style| look)?|cartoon (style|look|effect|filter|like)|graphic novel|"
            "toon(ish|ify)?|like an? (animated )?(cartoon|anime|comic)"
        ),
        things="cartoons?|anime|comics?|comic books?|mangas?",
    ),
    zh=Words(
        names="卡通化|卡通风格|动漫风格|漫画风格|动漫化|漫画化|动画风格|二次元|手绘动画|卡通效果|日漫风格|美漫风格",
        things="卡通|动漫|漫画|日漫|美漫|动画片",
    ),
    examples_en=("make it a cartoon", "comic book style"),
    examples_zh=("变成卡通", "做成漫画风格"),
)

SKETCH = Effect(
    id="sketch",
    stage=Stage.STYLISE,
    label=_("Pencil sketch"),
    value=_opacity_text,
    limits=OPACITY,
    percent=100,
    change=("bright grey", 1),
    shaped=by_pixel(_sketch),
    en=Words(
        names=(
            "(pencil |charcoal )?(sketch(ed|y)|sketch (style|look|effect))|pencil sketch|hand ?drawn|"
            "(pencil|charcoal|line) (drawing|sketch|art)( style)?|line ?art|drawn (with|in) (a )?(pencil|charcoal)"
        ),
        things="sketch|drawing",
    ),
    zh=Words(names="素描|素描风格|铅笔画|铅笔素描|线稿|线描|手绘|手绘风格|炭笔画|速写|铅笔手绘"),
    examples_en=("turn it into a pencil sketch", "make it look hand drawn"),
    examples_zh=("变成素描", "做成铅笔画"),
)

EDGES = Effect(
    id="edges",
    stage=Stage.STYLISE,
    label=_("Outlines"),
    value=_opacity_text,
    limits=OPACITY,
    percent=100,
    change=("lines on black", 1),
    shaped=by_pixel(_edges),
    en=Words(
        names=(
            "edge ?detect(ion|ed|or)?|(only |just )?(the )?(out ?lines?|contours?)( only)?|wire ?frame|sobel|canny|"
            "(show|trace|detect|find)( only| just)?( the)? (edges|outlines|contours)|"
            "(white|glowing) (lines|outlines) on black"
        ),
    ),
    zh=Words(
        names="边缘检测|边缘提取|查找边缘|轮廓|轮廓线|只要轮廓|只显示轮廓|显示轮廓|只留轮廓|描边|描边效果|勾边|勾线|线框|轮廓效果"
    ),
    examples_en=("show only the outlines", "edge detection"),
    examples_zh=("只显示轮廓", "边缘检测效果"),
)

PAINT = Effect(
    id="paint",
    stage=Stage.STYLISE,
    slow=True,
    label=_("Painting"),
    value=strength_text,
    percent=100,
    change=("noise", -1),
    shaped=by_pixel(_paint),
    en=Words(
        names=(
            "(oil|acrylic|gouache) ?paint(ed|ing)?( style| look| effect)?|water ?colou?r(s|ed)?( painting)?( style)?|"
            "paint(erly|ed)( style| look)?|impression(ist|istic|ism)|van gogh|monet|brush ?strokes?|"
            "painting (style|look|effect)|like an? (oil )?painting|canvas painting|oils"
        ),
        things="paintings?",
    ),
    zh=Words(
        names="油画|油画风格|水彩|水彩画|水彩风格|绘画|绘画风格|印象派|印象派风格|梵高|莫奈|笔触|笔触感|水粉画|丙烯画"
    ),
    examples_en=("make it look like an oil painting", "watercolour style"),
    examples_zh=("变成油画", "做成水彩画"),
)

POSTERIZE = Effect(
    id="posterize",
    stage=Stage.STYLISE,
    label=_("Posterise"),
    value=strength_text,
    percent=100,
    change=("few tones", 1),
    shaped=by_pixel(_posterize),
    en=Words(
        names=(
            "poster(ize|ise|ized|ised|isation|ization)( effect)?|pop ?art( style| look)?|(andy )?warhol|"
            "screen ?print(ed)?|silk ?screen|limited (colou?rs|palette)|risograph"
        ),
    ),
    zh=Words(names="海报化|色调分离|波普|波普艺术|波普风格|丝网印刷|安迪沃霍尔|减少颜色数量|色块化"),
    examples_en=("posterize it", "pop art style"),
    examples_zh=("海报化", "做成波普艺术"),
)

PIXELATE = Effect(
    id="pixelate",
    stage=Stage.STYLISE,
    label=_("Pixels"),
    value=_pixels_text,
    percent=100,
    change=("blocks", 1),
    shaped=by_pixel(_pixelate),
    en=Words(
        names=(
            "pixel(at(e|ed|es|ing|ion)|s|ized|ised|ly)?( effect)?|pixel ?art( style| look)?|"
            "(8|16|eight) ?bit( style| look| games?| video games?)?|mosaic(ed)?( effect)?|"
            "(retro|old|arcade|nintendo) (video )?games?( style| look)?|minecraft|block(y|ier)|big pixels"
        ),
    ),
    zh=Words(
        names="像素|像素化|像素风格|像素画|像素艺术|马赛克|马赛克效果|打马赛克|打上马赛克|打码|八位机|八位机游戏|像素游戏|红白机|复古游戏|方块化|像素块"
    ),
    examples_en=("pixelate it", "8-bit style"),
    examples_zh=("像素化", "打上马赛克"),
)

NEGATIVE = Effect(
    id="negative",
    stage=Stage.STYLISE,
    label=_("Negative"),
    value=lambda params: _("inverted"),
    change=("inverted", 1),
    limits={},
    video=lambda params: "negate",
    en=Words(
        names=(
            "(photo(graphic)? |film |colou?r )?negative( film| image| effect| colou?rs)?|"
            "(invert|reverse)(ed|s|d)?( all)?( the)? (colou?rs?|tones)|invert(ed|s|ing)?( the (picture|image|video))?|"
            "colou?r inver(t|sion)|inver(ted|se) colou?rs?"
        ),
    ),
    zh=Words(names="反色|反相|负片|底片|底片效果|颜色反转|反转颜色|色彩反转|反转色彩|反转片|颜色反过来"),
    examples_en=("invert the colours", "turn it into a negative"),
    examples_zh=("反色", "做成负片效果"),
)

THERMAL = Effect(
    id="thermal",
    stage=Stage.STYLISE,
    label=_("Thermal camera"),
    value=_opacity_text,
    percent=100,
    change=("heat", 1),
    limits=OPACITY,
    video=_thermal,
    en=Words(
        names=(
            "thermal( camera| vision| imaging| image| scan| look)?|heat ?(map|vision|signature|camera)(s)?|infra ?red|"
            "predator vision|thermograph(y|ic)|false colou?rs?"
        ),
    ),
    zh=Words(names="热成像|热成像仪|热感|热感应|热像仪|热力图|红外|红外线|红外效果|铁血战士|伪彩色"),
    examples_en=("thermal camera look", "make it a heat map"),
    examples_zh=("热成像效果", "变成红外画面"),
)

GLITCH = Effect(
    id="glitch",
    stage=Stage.STYLISE,
    label=_("Glitch"),
    value=strength_text,
    percent=100,
    change=("bursts", 1),
    en=Words(
        names=(
            "glitch(y|es|ed|ing)?( effect| art| style)?|(old |worn )?vhs( tape| effect| look| glitch)?|old (vhs )?tape|"
            "corrupt(ed)?( video| file| signal)?|data ?mosh(ing|ed)?|"
            "(signal|digital|tv) (interference|distortion|errors?)|bad (signal|reception)|"
            "chromatic aberration|rgb (split|shift)|old tv|broken (tv|signal|screen)|interference|tracking errors?"
        ),
    ),
    zh=Words(
        names="故障|故障艺术|故障风格|故障效果|毛刺|毛刺效果|信号干扰|信号不良|信号故障|抖动故障|色散|色彩错位|录像带|录像带效果|老录像带|数据损坏|雪花屏"
    ),
    examples_en=("add a glitch effect", "make it look like an old VHS tape"),
    examples_zh=("加故障效果", "做成录像带的感觉"),
)

TRAILS = Effect(
    id="trails",
    stage=Stage.STYLISE,
    label=_("Motion trails"),
    value=strength_text,
    percent=100,
    change=("trails", 1),
    video=_trails,
    en=Words(
        names=(
            "(light |motion |ghost |colou?r )?trails?|ghosting( effect)?|motion ?blur(red)?|long exposure|"
            "light painting|(motion )?echo trails?|after ?images?|smear(ed|ing)?( motion)?|slow shutter|drag shutter"
        ),
    ),
    zh=Words(names="拖影|残影|拖尾|动态模糊|运动模糊|长曝光|慢门|光轨|光绘|重影|拖影效果|鬼影"),
    examples_en=("add light trails", "long exposure look"),
    examples_zh=("加拖影", "长曝光效果"),
)

MIRROR_HALF = Effect(
    id="mirror-half",
    stage=Stage.STYLISE,
    label=_("Symmetry"),
    value=lambda params: _("left half mirrored"),
    change=("halves", 1),
    limits={},
    video=_mirror_half,
    en=Words(
        names=(
            "kaleidoscop(e|ic)( effect)?|(perfect(ly)? |make it )?symmetr(y|ic|ical|ically)( effect)?|rorschach|"
            "mirror (the )?(left )?half|mirrored halves|half mirror(ed)?|mirror (effect|in the (middle|center|centre))|"
            "split mirror|mirror( it)? down the middle"
        ),
    ),
    zh=Words(names="万花筒|万花筒效果|对称|左右对称|对称效果|镜面对称|半边镜像|左半镜像|镜像对称|镜面效果"),
    examples_en=("make it symmetrical", "kaleidoscope effect"),
    examples_zh=("左右对称", "万花筒效果"),
)
