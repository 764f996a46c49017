"""What editors can be asked for and this engine does not do (yet), so that no part of it is misread.

"film noir" must not be read as film, "slow zoom" not as slow, "golden hour" not as warm light.
"""

PARTS = (
    "(the )?(other|latter|left|right|top|bottom|upper|lower) (half|third|quarter|section|side|portion|corner)|"
    "(first|second|last|final) (third|quarter|section|portion)|(first|last|middle|final|other|opening|"
    "closing) (part|bit|scene|shot|moments?)|left side|right side|him|her|he|she|herself|himself|somebody|"
    "someone|people|person|man|woman|halfway|midway"
)

ENGLISH = (
    "silent (film|movie) (style|look|era|aesthetic)|something cool|look(s|ing)? cool(er)?|cool effects?|"
    "cool (stuff|video|clip|movie|film|edit)|extend(ed|s)?|lengthen|prolong|longer|night vision|smoke|bokeh|"
    "shallow depth of field|depth of field|pencil|lego|clay|x ray|crt|distort(ed|ion)?|light leaks?|lens flares?|"
    "flares?|vertical|portrait|landscape|square|aspect ratio|crop(ped|ping)?|shaky|(slow(ly)? )?(push|dolly|pull)|"
    "dolly zoom|zoom(s|ing)? in and out|zoom out and in|(slow(ly)? )?tilt|camera (move|movement)|roll|spin(ning)?|"
    "seamless loop|freeze|hold the (first )?frame|(freeze|hold)( the)? first frame|"
    "(slow(ly)? )?fade( it)? (in |out )?(from|to) white|cross ?fade|(slow )?dissolve|wipe|transitions?|"
    "smooth(ly)?|smooth(er|en|ing)? skin|speed ramp(ing)?|ramp the speed|stutter|strobe|stop motion|upscale(d)?|"
    "upres|4k|8k|"
    "1080p|720p|hd|full hd|uhd|hdr|higher resolution|resolution|super resolution|super ?res|bitrate|compress(ed)?|"
    "smaller file|resize|higher quality|better quality|lo fi|lofi|underwater|bass|treble|equali[sz]e|pitch|"
    "auto tune|voice ?over|narration|sound effects?|sfx|green ?screen|chroma key|background|foreground|highlights|"
    "shadows|mid ?tones|skin tones?|skin|whites|blacks|reds?|greens?|pinks?|purples?|magentas?|cyans?|turquoise|"
    "violet|browns?|reddish|greenish|pinkish|purplish|duotone|split screen|picture in picture|collage|montage|"
    "colou?r match|lut|hue shift|rainbow|split tone|solari[sz]e|emboss|bevel|3d|hologram|matrix|polaroid|slideshow|"
    "emoji|emojis|sticker|stickers|logo|watermark|dust"
)

CHINESE = (
    "日系|港式|港风|韩系|韩式|欧美|法式|小清新|延长|加长|更长|长一点|夜视|白天|光晕|烟雾|散景|"
    "景深|细节|动画|国画|水墨|漏光|镜头光晕|画幅|比例|抖动|晃动|变焦|运镜|冻结|定格第一帧|转场|"
    "过渡|变速|分辨率|超清|高清|超分|画质|变声|音效|低音|高音|旁白|配音|绿幕|抠像|背景|前景|高光|"
    "阴影|中间调|肤色|皮肤|红色|绿色|粉色|紫色|青色|棕色|红|绿|粉|紫|贴纸|水印|标志|表情|分屏|"
    "画中画|色相|彩虹|浮雕|三维|全息"
)
