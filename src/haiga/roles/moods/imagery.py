"""What nature and everyday images lean to: the lexicon that polarity lists lack.

To a polarity lexicon "old pond" says nothing. Here each group of images has a
valence and an arousal in [-1, 1] and the moods it leans to, strongest first.
The groups are our own, after the usage of haiku (what the seasons, the hours
and the weather stand for). A word may stand in several groups.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Leaning:
    """What a word leans to: valence, arousal, and weights of moods summing to 1."""

    valence: float
    arousal: float
    moods: dict[str, float]


_GROUPS: tuple[tuple[float, float, str, str], ...] = (
    # valence, arousal, moods (strongest first), words
    (0.7, 0.2, "optimism anticipation",
     """dawn sunrise daybreak bud budding sprout sprouts seedling thaw thawing spring april
     begin begins beginning new newborn first hope hopes rise rises rising green sapling crocus
     snowdrop swallow swallows lark skylark tomorrow awaken wake wakes waking rainbow brighten"""),
    (0.8, 0.4, "happiness",
     """laugh laughs laughter laughing play plays playing dance dances dancing song songs sing sings
     singing bright sunny sunshine sunlight sunlit merry glad joy kite kites butterfly butterflies
     bee bees honey children festival picnic sparkle sparkling glitter daisy daisies
     dandelion summer june july carol feast cheer lively holiday golden"""),
    (0.7, -0.1, "love",
     """kiss kisses love lover lovers beloved darling embrace hand hands heart hearts rose roses
     tender sweet sweetheart bride mother lullaby cradle nestle dove doves caress warm warmth
     child baby perfume jasmine together dearest cherish bosom lips"""),
    (0.6, -0.1, "gratitude agreeableness",
     """harvest bread fruit fruits apple apples pear pears peach plum grape grapes berries ripe
     orchard milk wheat barley corn rice gift gifts thanks thank bless blessed blessing feast
     table bowl share sheaf sheaves plenty well refresh shelter kindness given"""),
    (0.5, -0.5, "trust",
     """home hearth harbor harbour anchor oak oaks mountain mountains hill hills rock roof house
     lighthouse fireside lamp lamplight steady firm root roots faith friend friends father
     shepherd nest nests fire shore sleep sleeps sleeping guard keep keeps returning bridge"""),
    (0.3, -0.6, "humility",
     """old pond moss mossy stone stones pebble pebbles small little tiny plain simple simply bare
     grass straw hut cottage sparrow sparrows snail snails ant ants dust bowl monk temple kneel
     prayer patience patient humble low weed weeds quiet quietly silence still stillness frog
     sandals broom bamboo tea crumb crumbs modest bow bows thin"""),
    (0.5, -0.4, "agreeableness",
     """breeze meadow meadows shade shady mild gentle gently soft softly calm cloud clouds drift
     drifts drifting stream brook ripple ripples willow willows garden gardens path lawn afternoon
     clover hammock rest rests resting ease pasture sheep lamb lambs duck ducks rustle rustling
     murmur murmurs leaf leafy orchard float floats floating lily lilies lotus fern ferns river"""),
    (0.3, 0.5, "anticipation",
     """wait waits waiting road roads horizon eve sail sails sailing door doors gate gates window
     journey path soon coming comes train voyage ship ships traveler traveller wander wandering
     threshold arrive arrives geese migrating bridge climb climbs footsteps approaching evening
     toward towards listening ahead seed seeds egg eggs"""),
    (0.3, 0.8, "surprise",
     """sudden suddenly splash leap leaps leaping flash burst bursts startle startled lightning
     firefly fireflies comet meteor wonder wonders shooting strange miracle echo echoes bell bells
     dart darts flutter whirl spark sparks crack cracks kingfisher hummingbird blossom blossoms
     bloom blooms blooming hail glimpse unexpected magic dragonfly fountain jump jumps"""),
    (-0.6, 0.9, "anger",
     """storm storms stormy thunder rage rages raging fury furious blood bloody burn burns burning
     flame flames war battle sword swords roar roars roaring tempest wrath angry fierce gale wild
     beat beats crash crashing red crimson scarlet fight fists wound wounds tiger"""),
    (-0.2, 0.4, "arrogance",
     """crown crowns king kings queen throne peacock pride proud palace marble jewel jewels glory
     fame vain vanity lord lords empire banner banners trumpet haughty mirror conquer conqueror
     tower towers splendid eagle lion velvet"""),
    (-0.8, 0.4, "disgust",
     """rot rots rotten rotting mud muddy slime filth foul stench stink worm worms maggot maggots
     fly flies carrion sewer rat rats vermin swamp mold mould decay decayed vulture bile toad sour
     gutter spit mosquito slug"""),
    (-0.7, 0.7, "fear",
     """dark darkness wolf wolves howl howls owl owls bat bats shadow shadows ghost ghosts midnight
     dread fear fears afraid tremble trembles terror scream shriek abyss cave black snake snakes
     spider haunted creep creeps knife shudder phantom doom deep drown drowned hunter trap"""),
    (-0.6, -0.2, "pessimism",
     """ash ashes ruin ruins wither withered withering barren fallen fading fade fades grave graves
     end ends ending desert rust rusty broken crumble crumbles hollow drought vain useless never
     stubble bleak sinking decline november scarecrow dead dying cinders nothing doomed"""),
    (-0.4, -0.3, "regret",
     """once memory memories remember remembered remembers forgotten forget gone ago yesterday past
     lost miss missed return letter letters photograph years youth late autumn farewell
     goodbye parting unspoken dusk footprint footprints old twilight faded october vanished
     departed wish mistake fall falls falling"""),
    (-0.6, -0.5, "sadness",
     """alone lonely loneliness empty tear tears weep weeps weeping grief sorrow mourn mourning cold
     frost frosts frozen grey gray rain rains rainy drizzle sob sigh sighs sad death die dies
     grave winter december january widow orphan silence pale tired weary moan ache aching bitter
     drip drips snow abandoned leafless without cricket"""),
    (-0.6, 0.1, "shame",
     """shame ashamed blush blushes naked hide hides stain stained guilt guilty fault sin sins mask
     disgrace beg beggar beggars mock mocked dirt dirty poor tattered ragged shun sorry confess
     prison cheap"""),
    (-0.3, 0.3, "disagreeableness",
     """thorn thorns thistle thistles bitter harsh crow crows caw raven scrape rough wind winds
     bramble brambles sleet noise noisy scold cruel stubborn nettle nettles sting stings wasp
     wasps gnat gnats scratch shrill grate cough smoke barbed icy sharp cracked jagged"""),
    (-0.05, -0.5, "shyness",
     """mist mists misty fog haze hazy veil veils veiled hidden peep peeps whisper whispers hush
     violet violets deer fawn moth moths half behind faint dim timid shy fragile trembling glance
     secret unseen curtain moon moonlight moonlit crescent snowflake snowflakes petal petals
     feather feathers hesitates"""),
    (0.1, -0.5, "neutral humility",
     """water sky field fields tree trees wall street noon day stone sand hour grass earth clay
     line boat boats town roofs fence floor paper"""),
    (0.6, -0.3, "happiness trust",
     """blue warm bath rest peace peaceful serene tranquil heaven heavens content summer nap
     cat kitten purr slumber smile smiles smiling"""),
    (0.5, 0.2, "surprise optimism",
     """star stars starlight starry light lights glow glows gleam gleams shine shines shining
     silver lantern lanterns candle sun sunbeam rays milky"""),
    (0.2, 0.4, "anticipation surprise",
     """wave waves sea seas ocean tide tides surf gull gulls foam waterfall waterfalls wings wing
     fly flight flying soar soars hawk horse horses bird birds"""),
)  # fmt: skip

SEASON_LEANS: dict[str, tuple[float, float, str]] = {
    "spring": (0.5, 0.2, "optimism anticipation"),
    "summer": (0.5, 0.3, "happiness agreeableness"),
    "autumn": (-0.15, -0.3, "regret gratitude"),
    "winter": (-0.3, -0.4, "sadness humility"),
}
"""What the season itself adds: valence, arousal and moods."""

NEGATIONS = frozenset(
    ["no", "not", "never", "without", "nor", "neither", "none", "cannot", "hardly"]
)


@cache
def leanings() -> dict[str, tuple[Leaning, ...]]:
    """Every word of the lexicon with what it leans to."""
    table: dict[str, list[Leaning]] = {}
    for valence, arousal, moods, words in _GROUPS:
        leaning = Leaning(valence, arousal, shares(moods))
        for word in words.split():
            table.setdefault(word, []).append(leaning)
    return {word: tuple(found) for word, found in table.items()}


def shares(moods: str) -> dict[str, float]:
    """Weights for moods named strongest first: each has half the weight of the one before."""
    names = moods.split()
    raw = [0.5**i for i in range(len(names))]
    return {name: r / sum(raw) for name, r in zip(names, raw, strict=True)}


def leaning_of(word: str) -> tuple[Leaning, ...]:
    """What a word leans to; inflected forms fall back on their stem; () if it is not known."""
    table = leanings()
    for form in (word, *_stems(word)):
        if form in table:
            return table[form]
    return ()


def _stems(word: str) -> tuple[str, ...]:
    word = word.removesuffix("'s")
    found = [word]
    for ending, puts in (("ies", "y"), ("es", ""), ("s", ""), ("ing", ""), ("ing", "e"),
                         ("ed", ""), ("ed", "e"), ("ly", ""), ("y", "")):  # fmt: skip
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            found.append(word[: -len(ending)] + puts)
    return tuple(found)
