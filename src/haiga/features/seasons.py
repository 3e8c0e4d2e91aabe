"""Season words and the words of things that can be seen, heard, smelt or touched.

Season words follow the usage of English-language saijiki: cherry blossom and
skylark are spring, cicada and lightning summer, moon, cricket and maple autumn,
snow and owl winter. A word stands in one season only; what belongs to every
season (rain, crow, stone) is imagery without one.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

SEASONS = ("spring", "summer", "autumn", "winter")

_SEASON_WORDS = {
    "spring": """
        spring april march may blossom blossoms bloom blooms blossoming bud buds budding daffodil
        daffodils violet violets primrose primroses cowslip cowslips tulip tulips lilac lilacs
        plum cherry apricot peach pear willow willows catkin catkins dandelion dandelions daisy
        daisies buttercup buttercups crocus snowdrop snowdrops hyacinth hyacinths wisteria azalea
        magnolia robin robins lark larks skylark skylarks swallow swallows cuckoo nightingale
        nightingales thrush blackbird nest nests nestling lamb lambs tadpole frog frogs butterfly
        butterflies bee bees thaw thawing sapling sprout sprouts seedling seedlings haze
        shower showers kite kites fern ferns moss sparrow sparrows egg eggs calf foal
        hawthorn bluebells bluebell petal petals sowing""",
    "summer": """
        summer june july august heat noon sun sunshine sunlight lightning thunder thunderstorm
        cicada cicadas firefly fireflies dragonfly dragonflies mosquito mosquitoes fly flies moth
        moths ant ants beetle beetles spider snail snails toad lizard lotus lily lilies rose roses
        poppy poppies peony iris irises honeysuckle jasmine lavender clover hay haystack meadow
        meadows wheat barley corn strawberry strawberries raspberry melon watermelon cucumber
        berries fan shade barefoot waterfall waterfalls bathing swimming kingfisher heron
        herons hollyhock sunflower sunflowers thistle grass grasses foxglove lilypad hammock
        sunburnt harbor sail sails beach sandals swallowtail hummingbird honey hives hive""",
    "autumn": """
        autumn fall september october november harvest moon moonlight moonlit moonrise
        cricket crickets grasshopper grasshoppers maple maples acorn acorns chestnut chestnuts apple
        apples grape grapes vine vines pumpkin pumpkins persimmon persimmons chrysanthemum
        chrysanthemums aster asters goldenrod mushroom mushrooms scarecrow stubble sheaf sheaves
        fallen falling leaf leaves mist mists fog dew dusk dewdrop dewdrops geese goose quail deer
        stag woodpecker reed reeds gourd gourds pear pears withered fading barn orchard
        orchards reaper reapers bonfire migrating starling starlings rook rooks""",
    "winter": """
        winter december january february snow snows snowflake snowflakes snowy snowfall snowstorm
        frost frosts frosty frozen freezing ice icy icicle icicles hail sleet blizzard cold
        bare bleak pine pines fir firs holly ivy mistletoe owl owls crow raven ravens wolf
        wolves bear fire hearth ember embers ashes smoke candle lantern lanterns fireside
        sleigh skates mitten blanket coal kettle chimney duck ducks swan swans
        leafless barren solstice christmas north woodsmoke camellia heron's shiver
        shivering stove coats coat scarf""",
}

_IMAGES = """
    sky skies cloud clouds star stars starlight sunrise sunset dawn twilight evening morning night
    midnight daybreak rain rains raindrop raindrops rainbow storm storms wind winds breeze breezes
    gust gale shadow shadows light rays gleam glow horizon earth soil dust mud clay sand sands
    pebble pebbles stone stones rock rocks cliff cliffs hill hills hillside mountain mountains
    valley valleys ridge peak peaks canyon cave field fields pasture pastures furrow furrows hedge
    hedges garden gardens lawn path paths road roads lane lanes street streets bridge bridges
    gate gates fence fences wall walls roof roofs window windows door doors house houses cottage
    cabin hut village villages town towns temple church bell bells tower towers well wells mill
    wheel ladder boat boats ship ships oar oars sails net nets shore shores sea seas ocean wave
    waves tide tides foam surf shell shells gull gulls island islands river rivers stream streams
    brook brooks creek pond ponds pool pools lake lakes marsh marshes swamp spring springs fountain
    fountains water waters ripple ripples reflection tree trees branch branches bough boughs twig
    twigs trunk bark root roots wood woods forest forests grove groves oak oaks elm elms birch
    birches cedar cedars poplar poplars ash beech aspen aspens bamboo cypress laurel sycamore
    leafy thorn thorns bramble brambles briar weed weeds flower flowers stem stalk stalks seed
    seeds pollen fruit fruits orange lemon nut nuts bird birds wing wings feather feathers
    song songs hawk hawks eagle eagles dove doves pigeon pigeons crows crane cranes seagull
    peacock rooster cock hen hens wren finch magpie jay cat cats kitten dog dogs hound horse
    horses mare pony cow cows cattle ox oxen bull sheep goat goats pig fox foxes hare hares rabbit
    rabbits squirrel squirrels mouse mice rat mole bat bats snake snakes worm worms caterpillar
    cocoon web webs fish fishes trout salmon carp crab turtle otter seal whale wasp wasps gnat
    gnats straw hayfield rice bread milk tea cup bowl basket bucket knife hoe scythe lamp
    lamps candles flame flames spark sparks sparrow's silk silver gold golden copper pearl glass
    mirror bell's drum flute harp fiddle child children boy girl woman man mother father farmer
    shepherd fisherman sailor beggar monk traveler traveller gardener hand hands face eyes hair
    hat sleeve shoe shoes footprint footprints footsteps step whisper hush silence echo echoes
    rustle rustling murmur drip dripping splash scent fragrance perfume smell green blue red white
    black yellow gray brown purple crimson scarlet pale dark bright dim misty dusky sunny shady
    muddy dusty mossy grassy rocky windy rainy cloudy starry stormy wet damp dry warm cool chill
    chilly hot old young lonely empty quiet silent still soft slow small little tiny thin tall
    deep distant far broken hollow ripe sweet bitter rusty ragged weary drowsy sleepy naked
    """

_ABSTRACT = """
    soul souls god lord heaven heavens heavenly angel angels faith virtue virtues vice sin sins
    grace glory glorious fame honor honour honors duty truth justice liberty freedom freedom's
    wisdom folly reason passion passions love's desire desires bliss woe woes grief griefs sorrow
    sorrows despair fate fates destiny eternity eternal immortal mortal mortals divine holy sacred
    blessed bless curse cursed spirit spirits heart hearts hope hopes fear fears pride envy hate
    scorn mercy pity praise prayer prayers worship saint saints christ jesus savior saviour
    muse muses art poet poets verse fame renown king kings queen prince throne crown crowns
    nation nations country's war wars battle foe foes sword swords victory conquest power powers
    bosom breast bride maiden maid damsel lover lovers beloved darling mistress kiss kisses
    charm charms beauty beauties fancy fancies thought thoughts mind minds memory memories
    joy joys delight delights pleasure pleasures pain pains anguish misery happiness rapture
    life's death's doom tomb grave graves corpse hell devil satan demon nymph nymphs fairy fairies
    goddess gods tyrant tyrants slave slaves empire wealth riches fortune merit
    vow vows oath promise forgive forgiveness conscience remorse sigh sighs tear tears weep weeping
    """


@cache
def _seasons() -> dict[str, str]:
    return {word: season for season, listed in _SEASON_WORDS.items() for word in listed.split()}


def season_of(word: str) -> str | None:
    """`spring`, `summer`, `autumn` or `winter` if the word is a season word, else None."""
    return _seasons().get(word)


def season_of_text(words: Iterable[str]) -> str | None:
    """The season that most season words of a text name; the first named wins a tie."""
    found = [season for word in words if (season := season_of(word))]
    return max(found, key=lambda season: (found.count(season), -found.index(season)), default=None)


@cache
def image_words() -> frozenset[str]:
    """Words of things and qualities the senses meet: the season words among them."""
    return frozenset(_IMAGES.split()) | frozenset(_seasons())


@cache
def abstract_words() -> frozenset[str]:
    """Words of creed, glory, courtship and sentiment that a haiku does without."""
    return frozenset(_ABSTRACT.split())
