"""The English words that belong to no effect: what joins, measures, keeps, removes, points and fills."""

JOIN = {
    "then": "then|and then|after that|afterwards?|after which|followed by|next up|finally|lastly|and finally|"
    "and after that",
    "but": "but|however|though|although|yet|except that|only that",
    "and": "and|plus|also|while|whilst|as well as|along with|together with|and also|besides|in addition|additionally|&"
    "|as well|too and|at the same time|simultaneously",
    "or": "or|nor|and not|or else",
}

STRENGTHS = {
    0.5: (
        "(a bit|a little|a touch|a tad|slightly) too much|"
        "partially|partly|softer|subtler|milder|gentler|weaker|a bit too|a little too|a little bit too|slightly "
        "too|a touch too|"
        "a tad too|soft|slightly|slight|a (tiny|little|wee|small|slight) (bit|touch|amount|hint)( of)?|a (bit|"
        "touch|tad|hint|smidge|smidgen|shade|dash|notch|whisker|pinch|splash|tinge|kiss)( of)?"
        "|a little( of)?|little|subtly|subtle|gently|gentle|mildly|mild|faint|faintly|lightly|ever so slightly|"
        "a small amount( of)?|just a (bit|touch|tad|little)( of)?"
        "|somewhat|barely|delicate|delicately|softly|minor|minimally|marginally|modestly|moderately|modest|"
        "a fraction|some what|tiny bit|bit|a few|one notch|a step"
    ),
    1.6: (
        "stronger|heavier|(way|far) too( much)?|much too|much|a lot( of)?|lots( of)?|very|really|strongly|strong|"
        "heavily|heavy|significantly|considerably|substantially|way|far|greatly"
        "|dramatically|dramatic|intensely|intense|seriously|hugely|highly|a (great|good) deal( of)?|by far|so much|"
        "ton(s)?( of)?|a ton( of)?|loads( of)?|plenty( of)?|markedly|drastically|massively"
        "|big time|big|deeply|powerful|powerfully|hard|quite a (bit|lot)( of)?|aggressive|aggressively|pronounced|"
        "bold|boldly|thick|major|properly|vastly|super"
    ),
    2.0: (
        "minimum|minimal|min|as possible|as can be|as it gets|as you can|extremely|extreme|maximum|max|maximal|"
        "maximally|as much as (possible|you can)|to the max(imum)?|all the way|completely|totally|fully|"
        "incredibly|insanely|ultra"
        "|absolutely|entirely|very very|as strong(ly)? as possible|exceptionally|full on|the most|heavily heavily|"
        "to the extreme|crazy|enormously|tremendously|immensely|wildly"
    ),
}

# Words that say how, not what, and name nothing in the picture.
FILL = (
    "i think|i guess|i feel|looks? better|look better|would look better|play back|played back|playing back|"
    "prefer|i prefer|i'd prefer|i'd rather|rather have|fix|fix it|fix this|for my taste|for me|to me|for us|"
    "in my opinion|imo|make it|make it last|give me|down to|show (only|just)|get only|want only|i (only|"
    "just) (want|need)|please|pls|plz|kindly|thanks?|thank you|thx|cheers|hi|hello|hey|dear|ok|okay|yes|yeah|"
    "alright|well|so|just|simply|now|again|once more|still"
    "|i|i'd|id|i'm|we|we'd|you|your|me|us|my|our|i want( you)?( to)?|i would|would|want|wants|wish|like to|"
    "i'd like( you)?( to)?|i would like( you)?( to)?|love to"
    "|i'd love|need|needs|needed|could|can|can't|will|shall|may|might|must|should|let's|lets|try|trying|go|going|"
    "go for|get|gets|getting|got|possible|if possible|if you can|maybe|perhaps|possibly"
    "|could use|benefit|would be|be|being|been|to be|become|becomes|becoming|have|has|had|having|do|does|did|"
    "doing|it'd|that'd"
    "|a|an|the|this|that|these|those|some|any|each|every|one|ones|its|it's own|there|here|which|who|what|when|"
    "where|why|how"
    "|of|to|in|on|at|by|with|for|from|into|onto|over|up|down|out|off|than|as|is|are|am|was|were|it is|throughout|"
    "across|through|within|per"
    "|more|even|only|rather|quite|pretty|fairly|kind of|sort of|a kind of|overall|general|generally|whole|entire|"
    "complete|total|full|all|both|everything|every thing|everywhere|all over|all of"
    "|whole thing|lot|thing|things|stuff|something|anything|way|bit more|extra|further|additional|another|same|"
    "usual|normal|standard|regular|original|current|existing|previous|before|than before|than now|"
    "than it is( now)?"
    "|nice|nicer|nicely|good|great|beautiful|beautifully|lovely|pretty nice|pleasant|pleasing|classic|proper|"
    "real|true|elegant|stylish|tasteful|clean|professional|natural|naturally|gorgeous|attractive|perfect"
    "|apply|applied|applying|use|using|do a|set|adjust|adjusted|adjusting|correct|edit|edits|edited|editing|"
    "process|tweak|tweaked|modify|alter|perform|include|including|create|creating|produce|giving|gives|given|"
    "render|show|see|watch|convert|converted|grade|graded|colou?r grade|play|plays|played|playing|run|runs|"
    "running|playback|bring|take|go ahead|put|throw|throw in|slap|sprinkle"
    "|pull|nudge|drag|dial|crank|notch|tick|bring in|together|instead|and|around|about|approximately|roughly|"
    "exactly|precisely|overall look|gets|come|comes|coming|looking|feels|feel|feeling|felt|look|looks|seem|seems|"
    "sound|version of|kinda|sorta|ish|etc|stay|stays|remain|remains|toward|towards|little more|that's|thats|too|"
    "result|actually|basically|honestly|definitely|certainly|absolutely please|altogether|wise|"
    "also please|slowly but surely|else|in a row|in succession|one after (another|the other)"
)

WHOLE = (
    "it|this|that|them|they|video|videos|clip|clips|footage|film|movie|picture|pictures|image|images|frame|"
    "frames|scene|scenes|shot|shots|light|lights|lighting|colou?rs?|tones?|tonality|hues?|shades?|tints?|tinge|"
    "look|looks|feel|feels|feeling"
    "|mood|atmosphere|ambience|ambiance|vibe|vibes|style|styling|effect|effects|filter|filters|grade|grading|"
    "colou?r grading|colou?r grade|palette|colou?r palette|colou?r scheme|scheme|treatment|finish|aesthetic|"
    "appearance|visuals?|view|recording|sequence|take"
    "|version|thing|whole thing|the lot|everything|all of it|all|temperature|colou?r temperature|white balance|"
    "colou?r balance|exposure|ambient light|overall light|daylight|sunlight|camera|file|content|material|result|"
    "output|touch|quality|picture quality|image quality|cast|theme|motion|action|movement|speed|pace|rate|"
    "playback|setting|settings|strength|opacity|level|levels|amount|value|lighting conditions|illumination|"
    "presentation|character"
)

MAKE = (
    "make it|make it last|give me|make|makes|making|made|turn|turns|turning|get|give|gives|giving|render|let|"
    "have|set|bring|change|convert|transform|shift|push|take|adjust|tune|want|need|needs|keep it"
)
SHOULD = (
    "make it|give me|i (only|just) (want|need)|should|needs? to|must|want|wants?|wish|would like|'d like|ought|"
    "could|can|let|make|made|so that|so|to be|want it|please|get|give"
)
COPULA = (
    "is|it is|are|was|were|looks|seems|feels|appears|it's|its|that's|i find|look|seem|feel|comes? out|came out|"
    "turned out|gets|got"
)
MORE = (
    "more|not enough|too little|lacks?|lacking|missing|extra|additional|some more|added|additional|even more|"
    "greater|increased"
)
LESS = (
    "(a bit|a little|a touch|a tad|slightly|way|far) too much|"
    "less|not so much|not as much|too much|fewer|not as|not so|not that|not quite so|not quite as|less of|"
    "decreased|reduced|not nearly as"
)
UP = (
    "increase(d|s)?|increasing|raise(d|s)?|raising|boost(ed|s|ing)?|higher|up|upped|lift(ed|s)?|enhance(d|s)?|"
    "enhancing|amplify|amplified|strengthen(ed)?|crank( up)?|cranked( up)?|turn up|dial up|bump( up)?|"
    "bumped( up)?|push( up)?|pushed( up)?|pump( up)?|bring up|extra"
    "|stronger|bigger|greater|heighten(ed)?|intensify|intensified|deepen(ed)?|deeper|deep|high|add(ed|s|ing)?|"
    "ramp up|jack up|kick up|step up|double|lots of|plenty of|maximi[sz]e|max out|improve|some|with|richer|rich|"
    "strong|bold|a bit of|a touch of|a hint of|a little|a lot of|give|needs?|want|could use|hard|harder|big|"
    "drive up|beef up|build up|put up|bring in|maximum|max|maximal|full|intense|intensive|intensity"
)
DOWN = (
    "reduce(d|s)?|reducing|decrease(d|s)?|decreasing|lower(ed|s|ing)?|drop(ped|s)?|down|turn down|dial (down|"
    "back)|dialed (down|back)|tone down|toned down|bring down|brought down|weaken(ed)?|weaker|weak|soften(ed)?|"
    "softer|minimi[sz]e|diminish|pull (down|back)|take down|lessen(ed)?|tame|ease( off)?|ease back"
    "|low|cut( down)?( on)?|back off|take (some )?off|take away some|smaller|subdue|limit|lose some( of)?|"
    "remove some( of)?|take out some( of)?|knock down|scale (down|back)|tamp down|pull out|drain|decline|shrink|"
    "go easy on|minimum|minimal|min|restrain|knock back|put down"
)
TOO = (
    "too|overly|excessively|way too|far too|much too|a bit too|a little too|a little bit too|slightly too|"
    "a touch too|a tad too|over"
)
LIMIT = "not too|not overly|not excessively|not very|nothing too|not super|not extremely|not so very|never too"
LIMIT_ALONE = (
    "not too (much|strong|strongly|heavy|heavily|hard|far|extreme|intense)|don't overdo it|do not overdo it|"
    "don't overdo|nothing (crazy|extreme|fancy|too (strong|much|heavy|extreme))|keep it subtle|subtle though|"
    "in moderation|don't go (overboard|too far|crazy)|without overdoing it|not a lot|not by much|"
    "don't go overboard|keep it (gentle|light|mild)"
)
ENOUGH = "enough|sufficiently"
NEG = (
    "don't want|do not want|don't need|do not need|not|no|don't|dont|do not|never|without|isn't|aren't|shouldn't|"
    "should not|avoid|avoiding|instead of|rather than|won't|cannot|can't be|mustn't|must not|no need to|not be|"
    "doesn't|nothing|neither|stop"
)

KEEP = (
    "keep|keeps|keeping|kept|leave|leaves|leaving|preserve|preserves|preserving|maintain|maintains|maintaining|"
    "retain|retains|retaining|hold on to|respect|stick to|stick with"
    "|(don't|dont|do not|never|please don't|without|not|no) (ever )?(chang(e|ing)|touch(ing)?|alter(ing)?|"
    "affect(ing)?|modify(ing)?|mess(ing)? (up|with)|adjust(ing)?|disturb(ing)?|los(e|ing)|edit(ing)?|ruin(ing)?)"
    "|no (other|further|more|additional) (changes?|edits?|adjustments?|modifications?|alterations?)|"
    "change nothing( else)?|nothing else|nothing (else )?(changes?|should change)|no changes? (to|in)|"
    "otherwise (unchanged|the same|identical)|only change|change only|that's (all|it)|nothing more|"
    "leave it at that"
)
REST = (
    "everything else|all else|the rest|rest|anything else|all the rest|other (things|stuff|parts|aspects|"
    "elements|details)|the others?|the remainder|everything other|all other (things|aspects|elements|settings|"
    "details|parts)|other things|the other things"
)
STAY = (
    "unchanged|untouched|unaltered|unaffected|as is|as it is|as they are|as it was|intact|the same( as before|"
    " as it is| as now)?|stay(s)? the same|remain(s)? the same|stay as (it|they) (is|are)|alone|the way it is|"
    "the way they are|stays?( put)?|remains?|same as before|identical|consistent"
)
KEEPABLE = (
    "text|texts|captions?|subtitles?|words|letters|lettering|watermarks?|logos?|titles?|dialogue|dialog|speech|"
    "voices?|voice ?over|talking|narration|speaking|transitions?|writing|overlays?|people talking|other effects|"
    "extra effects|scene changes?|jump cuts|cuts"
)

REMOVE = (
    "remove(d|s)?|removing|delete(d|s)?|deleting|drop|skip(ping)?|lose|discard|chop( off| out| away)?|"
    "shave( off)?|take (off|out|away)|get rid of|omit|erase|eliminate|strip( out| away| off)?|cut (off|out|away)|"
    "trim (off|away)|turn off|switch off|kill|disable|ditch|clip off|snip( off)?|slice off|exclude|lop off|"
    "leave out|wipe|turn off all|get rid|throw away|throw out|drain (of )?|shut off|clear|suppress|crop out|scrap"
)
REPLACE = (
    "replace(d|s)?|replacing|swap(ped|s)?( out)?|swapping|exchange|substitute|switch out|relight|re light|"
    "recolou?r|restyle|redraw|inpaint|outpaint|morph"
)
CREATE = (
    "insert|place|spawn|generate|draw|animate|add(ed|s|ing)?|move|moving|convert|transform|turn|change|changing|"
    "give|put|swap|create|build|paint|dress|wear|wearing|rotate|bring in|introduce|imagine|design|have|attach|"
    "include|switch"
)
GRADUAL = (
    "gradually|slowly|progressively|over time|bit by bit|step by step|little by little|in and out|by the end|"
    "as it goes|as the (clip|video) (goes|plays|progresses)|alternating(ly)?|intermittently|every other"
)
EXCEPT = "except( for)?|apart from|other than|excluding|but not the|outside of|besides the"

SOFT = (
    "like|as if|as though|similar to|because|since|so that|so it|as|so|reminiscent of|inspired by|"
    "in the style of|in the spirit of|to make|in order to|for|such as|that|which|resembling|matching|to match|"
    "to fit|evoking|suggesting|fit for|suitable for|with|using|via|by"
)
PLACE = (
    "only for|just for|only during|only when|only while|only at|only around|only in|only on|in|on|at|around|near|"
    "behind|over|during|under|from|inside|within|between|along|towards?|through|throughout|against|above|below|"
    "beside|next to|of|when|where|while|after|before|until|across|by"
)
FIXED = "the|his|their|its|my|our|your|this|that|these|those|each|every|all|both"
LOOSE = "a|an|some|any|with|such|more|very|really|extra"

FADES = (
    "fad(e|es|ing)( it|( the)? (video|picture|image|clip|film|movie|footage|shot|scene))? in( ,)?( and)?( then)? out|"
    "fad(e|es|ing)( it)? in and fad(e|es|ing)( it)? out|fad(e|es) (at|on) both ends|"
    "fad(e|es|ing) (from|to) and (from|to) black"
)
TRIM_VERB = (
    "(remove|delete|cut|drop|trim|lose) (everything|all) (but|except( for)?)|everything (but|except( for)?)|trim "
    "down|cut down|trim(med|s|ming)?|cut(ting|s)?|clip|shorten(ed|s|ing)?|keep( only| just)?|keeping|"
    "use( only| just)?|take( only| just)?|extract|grab|snip|retain|only( use| keep)?|just( use| keep)?|crop|"
    "limit|isolate|select|export|show( only| just)?|give me|i (only|just) (want|need)|reduce|length|long|"
    "duration|section|part|portion|segment|range|bit|excerpt|lasting|leave( only| just)?|save( only| just)?|"
    "preserve( only| just)?|pick|get|want only|excerpt|play only|start|end|make it( last)?|down to"
)
CUT = "trim(med|s|ming)?|cut(ting|s)?|clip|crop|snip|chop|shave"
FIRST = "first|opening|initial|starting|beginning"
LAST = "last|final|closing|ending|very last"
START_POINT = (
    "start(s|ing)?( from| at| it at| it from| the (clip|video) at| the (clip|video) from| with)?|begin(s|"
    "ning)?( from| at| it at| with| the (clip|video) at)?|skip( ahead)? to|jump( ahead)? to|from|starting from|"
    "beginning from|onwards? from"
)
END_POINT = (
    "end(s|ing)?( at| it at| the (clip|video) at| by)?|stop(s|ping)?( at| it at| by)?|finish(es|ing)?( at)?|"
    "until|till|up to|up until|through to|ending|cut (it |the (clip|video) )?(off )?(at|after)|not past|"
    "no further than"
)
AFTER = (
    "after|past|beyond|following|onwards?( from)?|later than|everything after|everything past|all after|"
    "anything after|from"
)
BEFORE = (
    "before|prior to|preceding|up to|until|everything before|everything until|everything up to|anything before|"
    "ahead of|earlier than"
)
FRONT = "start|beginning|front|head|opening|intro"
BACK = "end|ending|back|tail|finish|close|outro"
MIDDLE = "middle|centre|center|mid"

TEXT = (
    "captions?|subtitles?|titles?|texts?|words|lettering|heading|headline|label|overlay|title card|text overlay|"
    "message|sentence|phrase|inscription|line|slogan|tagline|lower third|name|credit|writing"
)
SAY = (
    "put|puts|write|writes|written|show|shows|showing|add|adds|display|displays|displaying|say|says|saying|read|"
    "reads|reading|overlay|insert|place|print|type|type out|superimpose|caption it|title it|call it|label it|"
    "with|have|include|reading|stating|states|render|draw|apply|stamp|burn in|burn|set|centre|center|use|"
    "bring up|flash"
)
POSITION = {
    "top": "top|upper( part| third| edge| area)?|"
    "top (center|centre|middle|edge|part|third|of the (screen|frame|picture|video|image|clip))|above|top side|"
    "up top|at the top",
    "bottom": "bottom|lower( part| third| edge| area)?|"
    "bottom (center|centre|middle|edge|part|third|of the (screen|frame|picture|video|image|clip))|below|"
    "underneath|beneath|foot|at the bottom|down at the bottom",
    "center": "cent(er|re)(ed|d)?|middle|mid screen|in the (middle|cent(er|re))|"
    "middle of the (screen|frame|picture|video|image|clip)|"
    "cent(er|re) of the (screen|frame|picture|video|image|clip)|the cent(er|re)",
}
CAPTION_FILL = (
    "screen|frame|picture|video|clip|image|white|bold|large|big|clear|clean|readable|simple|nice|letters|font|"
    "text|words|on screen|onscreen|caption|title|subtitle|overlay|edge|part|side|area|of|the|at|in|on|as|a|an|"
    "with|that|which|in white|all|entire|whole|reads|saying|and|position|positioned|placed|located|aligned|"
    "corner to corner|letters"
)
EDGES = "corners|edges|borders|border|edge|sides|frame|frame edges|outer edges|around|rim|outside|periphery|outskirts"

NUMBERS = {
    0: "zero",
    1: "one",
    2: "two|a couple of|couple of|a couple",
    3: "three",
    4: "four",
    5: "five",
    6: "six",
    7: "seven",
    8: "eight",
    9: "nine",
    10: "ten",
    11: "eleven",
    12: "twelve",
    13: "thirteen",
    14: "fourteen",
    15: "fifteen",
    16: "sixteen",
    18: "eighteen",
    20: "twenty",
    25: "twenty five",
    30: "thirty",
    40: "forty",
    50: "fifty",
    60: "sixty",
    75: "seventy five",
    100: "hundred|a hundred",
    1.5: "one and a half",
    2.5: "two and a half",
    0.5: "half a",
}
SHARES = {
    0.5: "half|halve|halved|halving|in half|a half|half of|one half",
    0.25: "a quarter|quarter|one quarter|a fourth|one fourth|a quarter of",
    1 / 3: "a third|one third|a third of",
    2 / 3: "two thirds",
    0.75: "three quarters",
    0.1: "a tenth|one tenth",
    0.2: "a fifth",
    0.125: "an eighth|one eighth|an eighth of",
}
TIMES = {
    2: "twice|double|doubled|doubling|twofold|two fold|double time",
    3: "thrice|triple|tripled|treble|threefold|three fold",
    4: "quadruple|quadrupled|fourfold",
    10: "tenfold",
}
UNITS = {
    "s": "s|sec|secs|second|seconds|secs?\\.",
    "min": "min|mins|minute|minutes",
    "ms": "ms|msec|millisecond|milliseconds",
    "%": "%|percent|per cent|pct|percents",
    "x": "x|times|time|fold|×",
    "K": "k|kelvin|kelvins",
    "deg": "degrees?|deg|°",
    "dB": "db|decibels?",
    "fps": "fps|frames per second|frames a second|frames / second|frame",
    "stop": "stop|stops|ev",
}  # fmt: skip
TO = "to|until|till|through|thru|up to|and"
