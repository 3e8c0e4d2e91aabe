# ruff: noqa: E501
"""What goes with what: kinds of things, what each kind does, where it is, and how it is called.

Written by hand for the words of haiku. A noun may be of several kinds. Of nouns the
singular is listed (plurals follow, irregular ones are listed too), of verbs the base.
Each table is lines of `left: right`, both lists of words.
"""

from __future__ import annotations

NOUNS = """
bird: bird robin lark skylark swallow cuckoo nightingale thrush blackbird sparrow wren finch hawk eagle dove pigeon crow raven owl heron crane gull seagull swan duck goose geese hen rooster cock peacock jay magpie rook starling quail kingfisher woodpecker linnet hummingbird pheasant turkey chick jackdaw
bug: bee wasp moth butterfly fly cricket grasshopper cicada firefly dragonfly mosquito gnat bumblebee locust glowworm
crawler: ant beetle spider worm snail caterpillar
beast: frog toad lizard snake turtle mouse mice rat squirrel rabbit hare fox wolf wolves bear deer stag doe fawn horse pony colt foal mare donkey mule cow calf cattle ox oxen bull sheep lamb ewe goat dog hound puppy cat kitten pig bat otter badger mole monkey herd flock
fish: fish trout salmon carp minnow crab eel whale
person: child children boy girl baby man men woman women mother father brother sister son daughter grandmother grandfather farmer shepherd fisherman fishermen sailor beggar monk nun priest traveler pilgrim gardener friend stranger neighbor widow miller weaver reaper soldier dancer singer painter ferryman carpenter thief nurse guest teacher scholar hunter wanderer maid
tree: tree oak elm birch cedar poplar ash beech aspen bamboo cypress laurel sycamore pine fir willow maple chestnut plum cherry hawthorn
plant: flower daffodil violet primrose tulip lilac dandelion daisy buttercup crocus snowdrop hyacinth wisteria azalea magnolia lotus lily rose poppy peony iris honeysuckle jasmine lavender clover thistle hollyhock sunflower foxglove chrysanthemum aster goldenrod heather fern ivy vine reed weed nettle bramble briar thorn grass grasses bluebell camellia mushroom holly
crop: barley wheat corn hay straw rice apple pear plum cherry grape berry berries strawberry melon pumpkin persimmon orange lemon nut chestnut bread egg peach bean cabbage turnip onion fig
leaf: leaf leaves petal blossom bud branch bough twig blade stem stalk seed catkin acorn feather
moss: moss lichen rust dust ash
heaven: moon sun star crescent comet
sky: sky skies
cloud: cloud mist fog smoke haze steam
rain: rain snow sleet hail drizzle shower snowflake raindrop snowfall
frost: frost dew ice dewdrop icicle
wind: wind breeze gale gust
storm: storm thunder lightning thunderstorm blizzard
light: light sunlight moonlight starlight lamplight daylight sunshine sunbeam moonbeam beam ray gleam glow glimmer candlelight firelight sunset sunrise dawn twilight
rainbow: rainbow
dark: dark darkness gloom dusk night
shade: shadow shade
silence: silence stillness quiet
water: water river stream brook creek sea ocean wave tide surf foam waterfall fountain ripple
pool: pond pool lake puddle well marsh swamp bay harbor ditch lagoon
land: valley field meadow pasture garden orchard forest wood woods grove vineyard cornfield hayfield churchyard graveyard yard furrow
hill: hill hillside mountain shore beach cliff island plain moor heath slope lawn
soil: sand sands earth ground soil mud clay stubble
path: path road lane street bridge trail pathway footpath track highway alley stair stairs doorstep
house: house barn temple hut cottage cabin mill tower town village city farm farmhouse church chapel school inn castle shrine tent shed stable market station steeple
room: room kitchen attic cellar hall chamber parlor
door: door gate window doorway pane shutter curtain
wall: wall fence roof eaves chimney porch sill windowsill hedge floor hearth ceiling
boat: boat ship sail raft canoe ferry barge
lamp: lamp lantern candle
vessel: kettle cup bowl basket bucket jar pitcher pot pan plate dish bottle teapot
thing: umbrella chair table bed broom ladder mirror clock book letter kite doll ball toy knife spoon net rope wheel cart wagon plow hoe scythe rake axe needle thread pillow blanket box key bench swing scarecrow coin fan sled oar anchor suitcase
opening: book letter box umbrella fan
cloth: coat hat sleeve shoe scarf glove cloak gown dress apron shawl boot sock ribbon robe cap kimono shirt
bell: bell drum flute fiddle violin harp guitar horn piano
sound: song voice echo echoes laughter sound cry cries murmur music hum footsteps note tune splash lullaby
fire: fire flame ember spark bonfire torch stove hearth
stone: stone rock pebble boulder shell brick bone gravestone statue
nest: nest web hive cobweb cocoon
hour: morning evening night noon midnight afternoon dusk dawn daybreak nightfall day
season: spring summer autumn winter april may june july august september october november december january february march
body: hand hands face hair shoulder finger foot feet palm knee lap
breath: breath
track: footprint footprints
scent: scent fragrance smell perfume
"""

DOES = """
bird: sing call fly perch nest wait hop listen watch sleep wake cry circle return rise soar glide wheel drink dive flutter rest sit stand wander pass leave gather scatter vanish drift hover hunt bathe linger chatter hide shiver whistle answer settle
bug: fly hum sing rest sleep drift flutter hover cling wait wander hide buzz wake settle chirp dance
crawler: crawl climb creep rest sleep cling wait wander hide work wake
beast: sleep wake run leap graze drink listen wait watch wander return hide stand lie dream breathe pass climb limp shiver bark yawn stretch eat swim creep crouch gaze doze nod play
fish: swim leap glide rise sleep drift turn hide gleam dart wait
person: walk run sleep wake wait sit stand listen sing pass return bow kneel dream laugh weep dance work rest climb wander stop smile row pray watch gaze yawn whistle linger lie leave nod
tree: stand bend lean sway shiver wait tremble creak sigh whisper bloom bow
plant: bloom bend nod sway open close grow lean tremble glow fade wither shine wake droop rustle
crop: ripen glow fall shine rot gleam wait
leaf: fall drift float open tremble flutter cling turn lie scatter spin stir rest shine shiver whirl rot sink sway
moss: gather grow spread settle cling thicken glow
heaven: rise set shine drift hang glow wait climb sink linger fade burn tremble float glitter
sky: darken deepen clear glow redden whiten brighten
cloud: drift rise float pass gather hang climb linger cling melt vanish curl roll scatter
rain: fall drift melt gather begin stop whisper cease settle drip tap glitter
frost: shine glisten gleam glitter melt form cling sparkle drip crack
wind: blow rise sigh turn whisper wander stir die pass wake sing howl moan return
storm: roll pass gather break fade rumble flash mutter roar
light: fall drift fade linger tremble spill slip creep pour glow spread flicker rest die glimmer shimmer climb
rainbow: fade linger hang bend tremble glow
dark: fall deepen gather spread linger settle creep wait
shade: fall deepen spread lengthen drift linger move creep slip wait lie climb fade sway
silence: deepen settle fall linger gather spread return wait
water: flow run murmur shine turn glitter wander freeze darken whisper rise gleam tumble rush sing
pool: shine freeze darken ripple gleam lie wait shimmer brim
land: sleep darken lie wait shine glow wake fade whiten
hill: sleep darken wait shine glow fade whiten
soil: thaw darken crack freeze warm soften
path: turn end lie climb bend darken vanish shine
house: stand sleep wait lean darken burn
room: darken wait
door: open close creak rattle swing gleam darken rust
wall: lean crumble stand gleam darken rust
boat: drift rock float wait pass lie turn rust glide creak return sink
lamp: burn flicker glow swing gutter dim sway
vessel: gleam wait steam rust crack brim stand
thing: gleam wait rust lie lean rest rot stand
cloth: hang dry flap lie drip sway
bell: ring sound hang wait fade
sound: fade drift rise linger die float echo wander cease return
fire: burn flicker glow die sink smoke crackle tremble dance
stone: lie gleam wait sleep sink glisten rest warm
nest: hang sway tremble cling wait fall
hour: come pass fade deepen linger begin end
season: come pass begin end linger return
body: tremble rest wait
breath: rise drift fade hang whiten
track: fill freeze end vanish lead
scent: drift linger rise fade float return
"""

# who: what they do to: what
ACTS = """
person: carry: vessel thing crop cloth lamp bell stone beast water nest fish
person beast bird: watch: heaven cloud rain water bird boat fire person leaf storm bug fish
person beast: follow: path water person beast sound light track bird
person beast boat: cross: path water pool land hill soil
person: count: heaven bird leaf crop cloud beast stone boat
person: open: door opening
person: close: door opening
person: light: lamp fire
person: mend: wall cloth boat
person: sweep: path leaf room wall rain
person: wash: cloth vessel body crop
bird bug beast person: drink: rain water frost
beast bird crawler: eat: crop leaf plant
person: gather: crop leaf plant stone
person: pick: crop plant
person: hear: sound wind rain bird bell water bug storm
person: touch: plant leaf stone bell wall tree
person: hold: vessel crop leaf plant lamp stone bug body
wind: shake: tree leaf door nest plant
beast wind: chase: leaf bug bird cloud cloth
beast crawler person: climb: tree wall path land hill stone
person bird: leave: house land hill path tree
person: ring: bell
person: fold: cloth
rain leaf plant moss frost: cover: path land hill house wall stone boat thing track soil
light dark shade sound scent cloud rain: fill: room house vessel land hill path boat nest track
light shade rain: touch: door stone land hill water wall tree boat body
cloud leaf dark shade: hide: heaven house path nest
light bug wind bird cloud: enter: house door room land hill
rain wind bell bird sound: wake: person beast bird
wind water: carry: leaf boat sound scent
rain wind frost: bend: plant tree leaf
person: sell: crop plant thing bug
person: plant: crop tree plant
person wind: lift: leaf cloth door
bug crawler wind bird: find: plant leaf door lamp
bird bug: leave: tree plant leaf nest
bug crawler leaf: cross: water path wall
person beast: hear: rain bell wind water
person: share: crop
person: forget: thing sound
"""

# of nouns: what may be said to be what
CALLED = """
old: person beast tree house wall door thing boat cloth path bell vessel stone lamp bird land hill room
ancient: tree house wall path bell vessel stone land hill boat
young: person beast tree leaf plant bird crop heaven
little small tiny: person beast bird bug crawler fish plant leaf crop house room boat lamp vessel thing bell stone nest pool cloud door path cloth body island
big great huge: beast tree stone heaven wave bell house boat fish
white: bird bug crawler beast plant leaf cloud rain frost house wall door boat cloth stone water moss lamp crop breath path cat
black: bird beast bug crawler tree leaf cloud boat cloth water pool stone land hill cat vessel house
gray: bird beast cloud sky rain wall stone water cloth tree moss land hill house boat light
red: leaf plant crop lamp cloth door heaven bug crawler bird sky wall fire thing boat house
blue: plant sky water pool cloud cloth bug crawler bird door vessel land hill dark lamp light
yellow: leaf plant crop lamp bug crawler bird heaven cat door cloth light field
green: leaf plant tree land hill crop bug crawler moss water pool door wall boat
brown: leaf bird beast soil bug crawler cloth vessel
purple crimson scarlet: plant leaf cloth cloud sky crop
golden: leaf crop heaven light bell fish plant
silver: fish water frost heaven rain leaf bell light cloud
pale: heaven light leaf plant face cloud shade bug crawler body sky
bright: heaven leaf plant lamp fire bird fish cloth water light morning
dark: water pool land hill house tree path cloud room door boat bird sky leaf
cold: rain wind water stone wall hour heaven light soil body door room fire season bell frost
warm: rain wind light stone body soil room hour bread vessel season sky
cool: wind water shade stone light rain hour room leaf
wet: leaf stone path cloth soil tree beast wall plant crop bird boat land hill moss
damp: cloth leaf soil wall stone wind wood
dry: leaf plant soil water stone land hill crop
deep: water pool rain dark land hill silence moss sky well vessel
thin: heaven cloud beast light rain smoke shade cloth ice wall person
lonely: bird tree house path light bell boat person lamp lantern star cloud land hill hour
empty: house boat nest path room vessel land hill bottle door thing field street chair cloth sky
quiet silent: house path pool room hour person land hill water bell rain street bird
still: water pool hour light wind heaven
soft: rain light wind moss soil hay voice sound leaf
slow: rain water bug crawler beast bell cloud river heaven tide
small: sound light fire body
distant far: bell land hill light sound storm lamp house boat star fire water
broken: door wall boat vessel thing branch bell wheel bridge nest egg stone umbrella
bare: tree branch land hill hill leaf wall floor body room soil
fallen: leaf tree plant wall petal crop nest stone star
falling: leaf rain petal snow star water
floating: leaf boat cloud feather
frozen: pool water path soil land hill leaf river pond thing cloth
melting: rain frost snow
drifting: cloud rain boat leaf smoke scent snow
passing: cloud rain boat bird storm person
setting rising: heaven
ripe: crop berry fruit
sweet: crop scent plant grass hay
bitter: wind crop leaf herb smoke
rusty: thing door bell boat key gate
ragged: cloud cloth scarecrow bird leaf wing
dusty: path road room window thing plant moth book cloth wall
muddy: path river boot shoe pool field water track
mossy: stone wall roof tree well path
grassy: land hill path
rocky sandy: land hill path
narrow: path road lane door bridge boat room bed
winding: path road river stair
crooked: path tree wall branch fence street
high: cloud land hill wall bird window star
low: cloud wall house heaven sound bridge
tall: tree plant reed house grass tower person ship corn
hollow: tree log reed bell
heavy: rain snow dew crop branch cloud frost door boot
gentle: rain wind light cow wave
first last: leaf rain snow frost light star bird bug crawler plant crop boat
early late: light plant bird snow frost rain crop bee
evening: light bell star wind rain sky bird
morning: light rain star wind frost bell
midnight: rain bell train snow
winter: light sky wind rain land hill tree night garden sea moon
summer: rain wind night field grass
autumn: rain wind leaf moon field
spring: rain wind mud
sleepy drowsy: beast bug crawler person cat bird bee village
hungry: beast bird person cat crow
weary tired: person beast traveler
blind: person beast
wild: goose geese bird plant rose cat wind sea grape duck horse
stray lost: beast cat dog kitten person cloth thing kite
lame: beast person
wandering: person beast cloud
sleeping: beast person bird house cat village
crying: person child bird
singing: person bird bug crawler
dancing: person leaf
laughing: person child
smiling: person
fat: beast bird cat toad bug crawler
gaunt: beast tree wolf
naked: tree branch person
tangled: leaf plant hair vine branch net rope
withered faded: plant leaf grass cloth letter crop
blooming: plant tree
budding: tree leaf
crumbling: wall house stone
burning: leaf fire lamp candle land hill
flickering: lamp fire light
smoky: lamp room sky lantern
dim faint: lamp light star sound scent room
hidden: water path nest pool
muffled: bell sound
crowded: house street boat market path
abandoned forgotten deserted: house boat nest path thing shrine
leaning: wall tree barn thing fence
open: door window book gate land hill sea box
closed locked: door shop gate
cracked: vessel bell cup wall stone
torn: cloth sail thing kite umbrella
steaming: vessel rice soil horse tea
painted: boat door wall bird fan doll
starry cloudy: sky night
windy rainy: hour land hill path night
snowy: land hill path house roof night
misty foggy: land hill hour water path harbor
sunny shady: land hill wall door path room
"""
