# ruff: noqa: E501
"""Where things are: which preposition and which place go with which noun and verb.

Written by hand, like `sense_words`, whose kinds it names.
"""

from __future__ import annotations

# a part, a measure or a trace of: what
PARTS = """
sound: rain water wind bell bird bug crawler storm
scent smell: plant crop rain smoke leaf soil hay tree
edge: land hill pool water town silence dark
shadow: bird tree house cloud leaf wall boat person heaven
drop: rain water frost
row: tree plant crop lamp house scarecrow boat bird
cup bowl bucket: rain water rice berry light
gleam: water frost knife star lamp fish
flock: bird
line trail: bird smoke bug crawler track lamp
handful: rain crop berry snow stone leaf soil
ring: light stone frost mushroom
patch: snow light blue weed moss sky ice
end: path season hour pier land hill
rim: bowl cup well pool moon
branch: plum cherry pine willow
roof: house barn temple hut
song: bird bug crawler water rain wind
weight: rain snow crop leaf
reflection: heaven lamp tree cloud
puff wisp: cloud smoke breath
basket bunch: crop berry plant
field: crop plant snow
pile heap: leaf snow stone hay crop
bed: leaf moss plant
taste: snow crop rain
"""

# who may own what; a person may own anything
OWNS = """
bird: nest breath track sound shade
beast: breath track sound shade
bug crawler: track shade
"""

PLACES = """
in: land pool house room dark shade light rain wind cloud tree grass reed clover wheat corn barley hay straw ivy heather weed leaves branch bough door nest vessel moss silence soil sky hour season
on: soil water pool path wall boat leaf plant stone thing cloth body rain frost hill moss bell
under: tree heaven cloud wall path rain leaf stone boat thing light water sky
beneath: tree heaven wall path rain leaf stone boat water sky
over: land hill water pool path house wall tree stone rain soil
through: land hill rain cloud dark light door tree leaf grass reed clover wheat corn heather weed house wind wall
across: land hill water pool path door wall sky rain soil frost room
along: path water land hill wall
among: plant leaf tree stone cloud heaven crop thing light
against: door wall stone tree sky land hill
below: land hill house wall water path window
beside: water pool path fire house door tree stone thing boat wall lamp bell
behind: house door tree cloud land hill stone wall heaven
around: house fire tree pool stone bell lamp door
toward: land hill house light water heaven dark door fire
near: house water pool fire tree path door land hill boat
within: house land hill dark stone bell wall silence
past: house door tree path stone land hill wall thing
beyond: land hill house door path water tree cloud wall
into: land water pool dark cloud light rain house tree grass reed clover wheat corn heather weed fire leaf room silence
after: rain storm sound season
before: hour rain storm house door
outside: house door room
by: water pool path fire door house tree wall lamp
at: door hour pool path
from: house tree land hill water cloud door dark leaf bell wall path
above: land hill water pool house wall tree path
"""

# things that are not everywhere: where each group of kinds may be
NARROW = {
    "boat": """
in: pool rain cloud dark light shade moss
on: water pool soil hill
under: tree heaven cloud rain light sky wall
beneath: tree heaven sky
over: water pool
across: water pool
along: water
near: water pool hill
beside: water pool path
by: water pool
toward: water light dark
beyond: water hill wall
behind: hill cloud tree wall
past: hill house boat
into: dark cloud light pool rain
through: cloud rain dark light
from: water dark
at: pool
""",
    "beast person thing vessel lamp stone": """
in: land pool house room dark shade light rain wind tree grass reed clover wheat corn barley hay straw ivy heather weed door silence soil hour season
on: soil water pool path wall boat stone thing body rain frost hill bell
under: tree heaven cloud wall path rain leaf stone boat thing light water sky
beneath: tree heaven wall path rain leaf stone boat water sky
over: hill water pool path wall stone rain soil
through: land hill rain dark light door tree grass reed clover wheat corn heather weed house wind wall
across: land hill water pool path door wall rain soil frost room
along: path water land hill wall
among: plant leaf tree stone crop thing light
against: door wall stone tree land hill
below: land hill house wall water path window
beside: water pool path fire house door tree stone thing boat wall lamp bell
behind: house door tree land hill stone wall
around: house fire tree pool stone bell lamp door
toward: land hill house light water heaven dark door fire
near: house water pool fire tree path door land hill boat
within: house land hill dark stone bell wall silence
past: house door tree path stone land hill wall thing
beyond: land hill house door path water tree wall
into: land water pool dark light rain house tree grass reed clover wheat corn heather weed fire room silence
after: rain storm sound season
before: hour rain storm house door
outside: house door room
by: water pool path fire door house tree wall lamp
at: door hour pool path
from: house tree land hill water door dark leaf bell wall path
above: hill water pool wall path
""",
    "crawler fish cloth": """
in: land pool house room dark shade light rain wind tree grass reed clover wheat corn barley hay straw ivy heather weed leaves branch bough door nest vessel moss silence soil hour season
on: soil water pool path wall boat leaf plant stone thing cloth body rain frost hill moss bell
under: tree heaven cloud wall path rain leaf stone boat thing light water sky
beneath: tree heaven wall path rain leaf stone boat water sky
over: hill water pool path wall stone rain soil
through: land hill rain dark light door tree leaf grass reed clover wheat corn heather weed house wind wall
across: land hill water pool path door wall rain soil frost room
along: path water land hill wall
among: plant leaf tree stone crop thing light
against: door wall stone tree land hill
below: land hill house wall water path window
beside: water pool path fire house door tree stone thing boat wall lamp bell
behind: house door tree land hill stone wall
around: house fire tree pool stone bell lamp door
toward: land hill house light water heaven dark door fire
near: house water pool fire tree path door land hill boat
within: house land hill dark stone bell wall silence
past: house door tree path stone land hill wall thing
beyond: land hill house door path water tree wall
into: land water pool dark light rain house tree grass reed clover wheat corn heather weed fire leaf room silence
after: rain storm sound season
before: hour rain storm house door
outside: house door room
by: water pool path fire door house tree wall lamp
at: door hour pool path
from: house tree land hill water door dark leaf bell wall path
above: hill water pool wall path
""",
    "land hill house path water pool wall sky soil room door": """
in: rain cloud dark light shade season silence
on: hill
under: heaven cloud rain light sky frost
beneath: heaven rain sky cloud
after: rain storm
before: rain storm
behind: cloud rain tree land hill wall
beyond: land hill water tree cloud
beside: water pool path
near: water land hill
through: rain cloud land dark house
into: pool water dark land cloud
past: house tree path land stone wall boat
over: stone wall path
across: land path stone
along: path wall
toward: water land hill house light dark
from: land hill cloud dark
at: door path hour
by: water path house
""",
    "tree plant crop moss": """
in: land rain light dark wind cloud vessel shade hour season silence
on: hill path wall stone soil grave boat
under: tree heaven rain wall leaf cloud light sky frost
beneath: tree heaven rain wall sky cloud
among: stone plant tree crop
beside: water pool path house door tree stone wall
behind: house wall door tree stone
over: water wall path pool house door
along: path water wall
near: water house door path pool wall
by: water pool path door house wall
beyond: wall door water
at: door
""",
    "heaven rainbow cloud storm": """
in: pool water leaf door tree sky dark vessel land well
on: water hill pool
over: land hill water pool path house wall tree boat
above: land hill water pool house wall tree
behind: house tree cloud hill wall door leaf
beyond: land hill water house wall door
through: leaf tree cloud door land
among: cloud leaf tree heaven
across: land hill sky water door pool
along: path water wall
past: house tree door wall
toward: land hill water dark
into: water dark pool cloud tree
from: land hill water dark
around: house hill heaven
below: land hill
""",
}

STAYS = """
bird bug crawler beast fish person thing vessel cloth lamp boat stone: in on under beneath beside behind among near by at
plant crop leaf tree moss nest: in on under beside behind among near by along over
heaven rainbow: over above behind in through among beyond
cloud: over above across on beyond in from around
rain frost: on in over across
season: in
hour: in on over
wind: in from over through across among
storm: over beyond above behind
light: on in over through across from under behind among
dark: on in over under across beneath behind among
shade: on in over under across beneath behind among
silence: in over on after beyond
water pool land hill house path wall sky soil room: in under beneath after before behind beyond beside near through
sound bell: in from over across through beyond behind under
scent: in from over through on
fire: in on behind beside beyond across
body breath track: in on over across through
door: in at beyond behind
"""

MOVES = """
fly soar glide wheel flutter: over across through past above toward into beyond from among
run walk wander pass limp creep crawl leap: across through along past into over toward beyond under
circle hover hang: over above around
return: from through across over
swim dart: through under across among past
drift float sail: over across through along past into toward
fall settle sink spill pour: on into over through across from
scatter spread gather: over across on through along among
rise climb: over from above through behind beyond
sing call cry hum bark whisper chirp ring sound echo whistle toll howl: in from across over beyond behind under through among on
bloom grow open wither nod bend sway: in on by beside along under among behind near over
fade vanish die melt: in into on over beyond behind through
flow rush tumble: under through past into over from
blow sigh stir moan: through across over from in among
turn end lead: in at beyond toward into
slip move: under over across through into along
dance play: in on under over around
roll rumble flash mutter: over beyond above across behind
burn glow shine gleam glitter flicker tremble: in on through behind under over among across beside
"""
RESTS = "in on under beneath beside behind among near by at"
