"""Light and colour: temperature, brightness, contrast, saturation."""

import math

from studio.engine.effects.entry import Effect, Params, Stage, Words, strength
from studio.engine.errors import gettext_noop as _

NEUTRAL = 6500


def kelvin(k: float) -> int:
    """The colour temperature of a picture made warmer (k > 0) or cooler (k < 0) by that much."""
    if k <= 0:
        return round(NEUTRAL - 3500 * k)
    return round(NEUTRAL - 2000 * k) if k <= 1 else round(4500 - 1300 * (k - 1))


def strength_of(temperature: float) -> float:
    """The other way round: k for so many kelvin, below zero for cooler."""
    if temperature >= NEUTRAL:
        return (NEUTRAL - temperature) / 3500
    return (NEUTRAL - temperature) / 2000 if temperature >= 4500 else 1 + (4500 - temperature) / 1300


def _kelvin_text(params: Params, sign: int) -> str:
    return f"{kelvin(sign * strength(params)):,} K"


def _percent_text(params: Params, per_k: float) -> str:
    return f"{round(per_k * strength(params)):+d} %".replace("-", "−")


def _black_body(temperature: float) -> tuple[float, float, float]:
    """The colour of a glowing body at so many kelvin, 0 to 1, near enough between 2,000 and 15,000."""
    t = temperature / 100
    if t <= 66:
        red, green = 255.0, 99.47 * math.log(t) - 161.12
        blue = 138.52 * math.log(t - 10) - 305.04 if t > 19 else 0.0
    else:
        red, green, blue = 329.7 * (t - 60) ** -0.1332, 288.12 * (t - 60) ** -0.0755, 255.0
    return red / 255, green / 255, min(255.0, blue) / 255


def _gains(temperature: float) -> list[float]:
    """What red, green and blue are multiplied by; grey stays as bright as it is."""
    neutral = _black_body(NEUTRAL)
    tinted = [there / here for there, here in zip(_black_body(temperature), neutral, strict=True)]
    light = 0.2126 * tinted[0] + 0.7152 * tinted[1] + 0.0722 * tinted[2]
    return [value / light for value in tinted]


def _temperature(params: Params, sign: int) -> str:
    """A channel that grows bends towards white instead of clipping; one that shrinks takes the white along."""
    parts = []
    for channel, gain in zip("rgb", _gains(kelvin(sign * strength(params))), strict=True):
        bend = f"/(1+{gain - 1:.4f}*val/maxval)" if gain > 1 else ""
        parts.append(f"{channel}='val*{gain:.4f}{bend}'")
    return "lutrgb=" + ":".join(parts)


def _gamma(params: Params, sign: int) -> str:
    """Moves the middle and keeps both ends, so that nothing clips."""
    k = strength(params)
    middle = 0.5 + sign * 0.125 * k
    top = 1.0 if sign > 0 else 1.0 - 0.03 * k
    return f"curves=all='0/0 0.5/{middle:.3f} 1/{top:.3f}'"


def _contrast(params: Params, sign: int) -> str:
    """Around the middle grey; an S that leaves shadows and lights their drawing. Colours follow a little."""
    k = sign * strength(params)
    x = "((val-16)/219)"
    line, bow = (1 + 0.1 * k, 0.2 * k) if k > 0 else (1 + 0.25 * k, 0.0)
    y = f"clip(16+219*(0.5+({x}-0.5)*({line:.4f}+{bow:.4f}*4*{x}*(1-{x}))),16,235)"
    chroma = f"clip(128+(val-128)*{1 + 0.12 * k:.4f},16,240)"
    return f"lutyuv=y='{y}':u='{chroma}':v='{chroma}'"


def _saturation(params: Params, sign: int) -> str:
    share = 0.35 if sign > 0 else 0.45
    return f"hue=s={1 + sign * share * strength(params):.3f}"


WARMER = Effect(
    id="warmer",
    stage=Stage.GRADE,
    label=_("Colour temperature"),
    value=lambda params: _kelvin_text(params, 1),
    change=("warmth", 1),
    opposite="cooler",
    video=lambda params: _temperature(params, 1),
    in_rgb=True,
    en=Words(
        names="warm(er|ing|ed|s|ish)|warmly|warm up|cos(y|ier)|coz(y|ier)|toast(y|ier)|sun(ny|nier)|sun[ -]?kissed"
        "|golden (light|lighting|tones?|tint|tinted|glow|colou?rs?|cast|look|feel|warmth)|warm glow|warm(er)? filter"
        "|(orange|yellow|amber) (tones?|tint|light|lighting|glow|cast)|candle ?(lit|light)",
        qualities="warm|orange|orangish|orangey|yellow|yellowish|golden|amber",
        amounts="warmth|warmness|gold|amber",
    ),
    zh=Words(
        names=(
            "暖色|暖色调|暖色系|暖调|偏暖|变暖|调暖|温暖|暖和|暖洋洋|暖光|暖化|金色调|橙色调|黄色调|暖黄|暖黄色|暖意|"
            "温馨|暖阳|回暖"
        ),
        qualities="暖|黄|橙|金黄",
        faults="偏蓝|发蓝|泛蓝|偏青",
        amounts="暖意|温暖感|暖感|色温暖度",
    ),
    examples_en=("make the light warmer", "warm it up a little"),
    examples_zh=("让画面更暖", "把光线调暖一点"),
)

COOLER = Effect(
    id="cooler",
    stage=Stage.GRADE,
    label=_("Colour temperature"),
    value=lambda params: _kelvin_text(params, -1),
    change=("warmth", -1),
    opposite="warmer",
    video=lambda params: _temperature(params, -1),
    in_rgb=True,
    en=Words(
        names="cool(er|ing|ed|s|ish)|cool (it )?(down|off)|cold(er)?|chill(y|ier)|ic(y|ier)|frost(y|ier)|wintr(y|ier)"
        "|(blue|bluish|blu(er|ish)) (tones?|tint|light|lighting|cast|hue|look)|cold light|blu(er|ish)",
        qualities="cool|cold|blue|bluish|chilly|icy|frosty|wintry",
        amounts="coolness|coldness|chill|blue|blues",
    ),
    zh=Words(
        names="冷色|冷色调|冷色系|冷调|偏冷|变冷|调冷|清冷|寒冷|冷光|蓝色调|冷冽|冰冷|清凉",
        qualities="冷|蓝|凉",
        faults="偏黄|发黄|泛黄|偏橙|偏红",
        amounts="冷感|寒意|凉意|蓝色",
    ),
    examples_en=("give it a cooler tone", "make it a bit colder"),
    examples_zh=("换成冷色调", "让颜色冷一点"),
)

BRIGHTER = Effect(
    id="brighter",
    stage=Stage.GRADE,
    label=_("Brightness"),
    value=lambda params: _percent_text(params, 25),
    change=("luma", 1),
    opposite="darker",
    percent=25,
    video=lambda params: _gamma(params, 1),
    in_rgb=True,
    en=Words(
        names="bright(er|en|ens|ened|ening)( up)?|light(er|en|ens|ened|ening)( up)?|light(en)? it up|illuminate(d)?"
        "|well lit|better lit|lift (the )?exposure|less shadow(y|ed)|brighter exposure|bright up",
        qualities="bright|luminous|bright and airy|airy",
        amounts="brightness|light|lighting|exposure|luminance|luminosity|illumination|daylight|gain|light level",
        faults="underexposed|under exposed|underlit|poorly lit|badly lit",
    ),
    zh=Words(
        names="提亮|增亮|变亮|调亮|打亮|照亮|明亮|亮堂|光亮|亮丽|亮起来|更加明亮",
        qualities="亮|明亮",
        amounts="亮度|曝光|曝光度|光线|光|光照|明度|明亮度|光亮度",
        faults="欠曝|曝光不足|偏暗|光线不足|光线不好",
    ),
    examples_en=("make it brighter", "increase the brightness"),
    examples_zh=("画面亮一点", "提高亮度"),
)

DARKER = Effect(
    id="darker",
    stage=Stage.GRADE,
    label=_("Brightness"),
    value=lambda params: _percent_text(params, -25),
    change=("luma", -1),
    opposite="brighter",
    percent=25,
    video=lambda params: _gamma(params, -1),
    in_rgb=True,
    en=Words(
        names="dark(er|en|ens|ened|ening)( up)?|dim(mer|med|ming|s)?( down)?|(low|lower) key|mood(y|ier)"
        "|gloom(y|ier)|shadow(y|ier)|murk(y|ier)",
        qualities="dark|dim|gloomy|shadowy|murky",
        amounts="darkness|gloom",
        faults="overexposed|over exposed|blown out|too much light|blinding|glaring",
    ),
    zh=Words(
        names="变暗|调暗|压暗|昏暗|阴暗|暗淡|暗调|黯淡|暗下来|暗一些的|压低曝光|低调光",
        qualities="暗|昏暗|黑|阴暗|黯淡|黑暗",
        amounts="暗度|阴影感",
        faults="过曝|曝光过度|刺眼|偏亮|曝光过头",
    ),
    examples_en=("make it darker", "lower the brightness"),
    examples_zh=("让画面暗一点", "降低亮度"),
)

CONTRAST_UP = Effect(
    id="contrast+",
    stage=Stage.GRADE,
    label=_("Contrast"),
    value=lambda params: _percent_text(params, 30),
    change=("contrast", 1),
    opposite="contrast-",
    percent=30,
    video=lambda params: _contrast(params, 1),
    en=Words(
        names=(
            "contrast(y|ier)|punch(y|ier)|high(er)? contrast|strong(er)? contrast|hard(er)? contrast|"
            "deep(er)? contrast"
            "|bold(er)? contrast|big(ger)? contrast"
        ),
        qualities="contrasty|punchy|harsh|contrasted|high contrast",
        amounts="contrast|punch|contrasts|contrast ratio|contrast level",
    ),
    zh=Words(
        faults="灰蒙蒙|发灰|偏灰|灰蒙蒙的",
        names="高对比|高对比度|强对比|强对比度|高反差|强反差|对比强烈|对比更强烈|对比度更强烈|对比鲜明|反差强烈|对比度更强|对比更强",
        qualities="硬朗|生硬",
        amounts="对比|对比度|反差|明暗对比",
    ),
    examples_en=("add more contrast", "make it punchier"),
    examples_zh=("增加对比度", "对比度高一些"),
)

CONTRAST_DOWN = Effect(
    id="contrast-",
    stage=Stage.GRADE,
    label=_("Contrast"),
    value=lambda params: _percent_text(params, -25),
    change=("contrast", -1),
    opposite="contrast+",
    percent=25,
    video=lambda params: _contrast(params, -1),
    en=Words(
        names=(
            "flat(ter|ten|tened|tening)( out)?|low(er)? contrast|soft(er)? contrast|weak(er)? contrast|"
            "gentle(r)? contrast"
            "|flat (look|profile|image|picture)|matte look|soften (the )?contrasts?"
        ),
        qualities="flat|low contrast",
        amounts="flatness",
    ),
    zh=Words(
        names="低对比|低对比度|弱对比|低反差|对比柔和|柔和对比|对比弱|弱化对比",
        qualities="平淡|平|灰",
        amounts="",
    ),
    examples_en=("lower the contrast", "less contrast"),
    examples_zh=("降低对比度", "对比度低一点"),
)

SATURATION_UP = Effect(
    id="saturation+",
    stage=Stage.GRADE,
    label=_("Saturation"),
    value=lambda params: _percent_text(params, 35),
    change=("chroma", 1),
    opposite="saturation-",
    percent=35,
    video=lambda params: _saturation(params, 1),
    en=Words(
        names="vivid(er)?|vividly|vibrant|vibrantly|colou?rful|livel(y|ier) colou?rs?|more lively"
        "|(rich|richer|deep|deeper|strong|stronger|intense|bold|bolder|juicy|juicier) colou?rs?"
        "|(colou?rs?|it) (really )?pops?|pop (of )?(the )?colou?rs?|pop|popping|oversaturate|saturat(e|es|ing)|"
        "high saturation|punchy colou?rs?"
        "|more saturated|(bright|brighter) colou?rs",
        qualities="saturated|oversaturated|over saturated|colou?rful|vivid|vibrant|garish|gaudy",
        amounts="saturation|colou?r|colou?rs|vibrance|vibrancy|vividness|chroma|colou?r intensity|colou?r saturation"
        "|colou?rfulness|pop",
        faults="washed out|faded|dull|drab|lifeless|pale",
    ),
    zh=Words(
        names=(
            "鲜艳|艳丽|鲜亮|高饱和|高饱和度|色彩浓郁|浓郁|绚丽|缤纷|五彩缤纷|鲜活|色彩丰富|颜色丰富|颜色浓|色彩浓|鲜明"
        ),
        qualities="饱和|鲜艳|艳|艳丽|花哨|浓艳",
        amounts="饱和度|色彩饱和度|颜色饱和度|饱和|色彩|颜色|色度|鲜艳度|艳丽度|自然饱和度",
        faults="寡淡|苍白|暗沉|颜色暗淡|色彩暗淡",
    ),
    examples_en=("make the colours more vivid", "boost the saturation"),
    examples_zh=("颜色更鲜艳", "提高饱和度"),
)

SATURATION_DOWN = Effect(
    id="saturation-",
    stage=Stage.GRADE,
    label=_("Saturation"),
    value=lambda params: _percent_text(params, -45),
    change=("chroma", -1),
    opposite="saturation+",
    percent=45,
    video=lambda params: _saturation(params, -1),
    en=Words(
        names="desaturat(e|ed|es|ing|ion)|(muted|mute|faded|fade|dull|duller|pale|paler|pastel|subdued|understated"
        "|washed out|soft|softer|weaker|quieter|toned down) (the )?(colou?rs?|tones|palette|colou?r palette|"
        "look)|low(er)? saturation|undersaturated"
        "|more muted|washed out|faded|pastel|fade the colou?rs|drain (some )?colou?rs?",
        qualities="dull|pale",
        amounts="",
    ),
    zh=Words(
        names="低饱和|低饱和度|褪色|素雅|素淡|淡雅|去饱和|颜色淡|色彩淡|柔和的颜色|莫兰迪|莫兰迪色",
        qualities="素|淡",
        amounts="",
    ),
    examples_en=("desaturate it a little", "less saturation"),
    examples_zh=("降低饱和度", "颜色淡一点"),
)
