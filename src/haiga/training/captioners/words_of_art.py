"""Words for what paintings and photographs show, and for whom, as their titles and tags give it."""

from __future__ import annotations

TAGS = {
    "person": "people", "tree": "trees", "grass": "grass", "building": "a building",
    "house": "a house", "mountain": "mountains", "road": "a road", "dirt": "bare ground",
    "river": "a river", "sea": "the sea", "water": "water", "snow": "snow", "sand": "sand",
    "rock": "rocks", "fence": "a fence", "train": "a train", "railroad": "railroad tracks",
    "airplane": "an airplane", "car": "a car", "truck": "a truck", "boat": "a boat",
    "bus": "a bus", "horse": "a horse", "cow": "cows", "sheep": "sheep", "dog": "a dog",
    "bridge": "a bridge", "flower": "flowers", "fruit": "fruit", "table": "a table",
    "chair": "a chair", "bench": "a bench", "window": "a window", "door-stuff": "a door",
    "stairs": "stairs", "roof": "a roof", "tent": "a tent", "banner": "a banner",
    "light": "lights", "clock": "a clock", "gravel": "gravel", "playingfield": "a field",
    "pavement": "pavement", "bicycle": "a bicycle", "umbrella": "an umbrella",
    "apple": "apples", "orange": "oranges", "book": "books", "bowl": "a bowl", "bottle": "bottles",
    "shelf": "shelves", "net": "a net", "cardboard": "boxes", "blanket": "a blanket",
}  # fmt: skip
"""Scene tags of photographs as a caption says them; others are passed over."""

SACRED = (
    (r"(madonna|virgin|mary|vierge|maria|madonna) (and|with|et|mit|con) .{0,20}"
     r"(child|infant|jesus|enfant|kind|bambino)|madonna|virgen con|virgin enthroned",
     "the virgin and child"),
    (r"adoration of the (magi|kings)|adoration des mages|anbetung der (könige|heiligen drei)",
     "the adoration of the magi"),
    (r"adoration of the shepherds|anbetung der hirten", "the shepherds before the christ child"),
    (r"annunciation|verkündigung|annonciation|annunciazione", "an angel and the virgin"),
    (r"crucifi|on the cross|kreuzigung|calvary", "christ on the cross"),
    (r"lamentation|piet[aà]|deposition|descent from the cross|entombment|beweinung|kreuzabnahme",
     "the dead christ and mourners"),
    (r"holy family|heilige familie|sainte famille|sacra famiglia", "the holy family"),
    (r"nativity|geburt christi", "the birth of christ"),
    (r"flight into egypt|flucht nach", "the flight into egypt"),
    (r"baptism of", "the baptism of christ"),
    (r"last supper|abendmahl", "the last supper"),
    (r"(assumption|coronation|ascension) of|himmelfahrt", "the virgin in the clouds"),
    (r"(carrying|bearing) the cross|kreuztragung|way to calvary", "christ carrying the cross"),
    (r"\b(christ|jesus|saviour|ecce homo|salvator)\b", "christ"),
    (r"magdalen", "a holy woman"),
    (r"susanna|bathsheba|bathseba", "a woman bathing"),
    (r"judith|salome|holofernes|head of saint john", "a woman with a severed head"),
    (r"adam and eve|adam und eva", "a naked man and a naked woman"),
    (r"last judge?ment|jüngste gericht", "the last judgement"),
    (r"martyrdom", "the death of a saint"),
    (r"\b(moses|abraham|isaac|jacob|tobias|lot|esther|solomon|noah|samson|david|joseph)\b.* "
     r"(and|with|the|his|of)\b", "a scene from the bible"),
    (r"\b(saint|st\.?|san|santa|sint|sankt|hl\.|são|sts|apostle|evangelist|prophet|hermit)\b",
     "a saint"),
    (r"\bangels?\b", "an angel"),
)  # fmt: skip
"""Patterns of religious titles, each with what is then seen; the first that fits counts."""

MYTHS = {
    name: seen
    for seen, names in {
        "a goddess": "venus diana minerva juno ceres flora cybele aurora aphrodite amphitrite",
        "a cupid": "cupid eros cupids amor",
        "a god": "apollo jupiter mars neptune mercury pluto vulcan saturn zeus",
        "revellers": "bacchus silenus bacchanal bacchanalia bacchante",
        "a satyr": "satyr satyrs pan faun",
        "nymphs": "nymph nymphs nereids muses galatea callisto",
        "a centaur": "centaur centaurs",
        "a hero": "perseus hercules theseus achilles aeneas odysseus ulysses jason",
        "a woman on a bull": "europa",
        "a woman and a swan": "leda",
        "a nude woman": "danae andromeda psyche",
        "a woman": "daphne eurydice ariadne circe medea proserpina dido cleopatra lucretia",
        "a youth": "adonis endymion ganymede actaeon narcissus icarus orpheus paris",
    }.items()
    for name in names.split()
}
"""Names of myths, each with what is seen of them."""

SEEN = {
    word: name
    for line in """
    man:a man|woman:a woman|boy:a boy|girl:a girl|child:a child|children|infant:a child|baby:a baby
    mother:a mother|men|women|people|family:a family|couple:a couple|lady:a lady|gentleman
    soldier:a soldier|peasant:a peasant|shepherd:a shepherd|herder:a shepherd|nun:a nun|monk:a monk
    angel:an angel|angels|saint:a saint|nude:a nude|naked woman:a nude|putto:a cherub|king|queen
    bather|worker|farmer|fisherman|musician|dancer|beggar|rider|hunter|huntsman|sailor|knight
    horse:a horse|dog:a dog|cat:a cat|cow:cows|cows|cattle|bull:a bull|calf:a calf|sheep|lamb:a lamb
    goat:a goat|bird:birds|birds|peafowl:a peacock|eagle:an eagle|swan:a swan|duck:ducks|monkey
    snake:a snake|lion:a lion|deer|stag|hare|fish|donkey|chicken:chickens|rooster|hen|parrot|fox
    tree:trees|trees|broad-leaved tree:trees|flower:flowers|flowers|rose:roses|roses|tulip|lily|iris
    sunflower|common sunflower:sunflowers|plant:plants|apple:apples|fruit|grape:grapes|orange|lemon
    bread|cheese|wine|oyster|basket:a basket|vase:a vase|bowl:a bowl|glass|jug|bottle|table:a table
    chair:a chair|bed:a bed|mirror:a mirror|book:a book|letter|lute:a lute|guitar|violin|piano
    sword:a sword|spear:a spear|shield:a shield|armor:armor|body armor:armor|helmet:a helmet
    cuirass:armor|combat helmet:a helmet|flag:a flag|crown:a crown|cross:a cross|throne:a throne
    human skull:a skull|skull|hat:a hat|dress:a dress|kimono|veil|column:columns|arch:an arch
    window:a window|curtain:a curtain|drapery:drapery|statue:a statue|sculpture:a statue
    house:a house|building:buildings|church|cathedral|castle|palace|temple|tower|mill|windmill
    watermill|bridge:a bridge|city:a city|town|village|street|square|market|harbor|harbour|port|ruin
    road|path|garden:a garden|park|field|meadow|farm|barn|cottage|orchard|vineyard|pasture
    landscape:a landscape|rural area:the country|hill:a hill|mountain:mountains|mountains|alps|rock
    rocks|cliff|valley|gorge|canyon|volcano|cave|grotto|forest|wood|woods|grove|desert|island
    sea:the sea|seascape|wind wave:waves|wave|waves|coast|shore|beach|bay|river|brook:a stream
    watercourse:a stream|stream|lake|pond|canal|waterfall|falls|water|snow|ice|winter|storm:a storm
    sky:the sky|cloud:clouds|clouds|moon:the moon|moonlight|sun|sunset|sunrise|dawn|evening|night
    rainbow|fire|smoke|boat|boats|ship:a ship|sailing ship:a ship|sailboat:a sailboat|galleon:a ship
    sail|canoe|ferry|fleet|train|carriage|cart|wagon|horseman|battle|hunt|hunting:a hunt|harvest
    dance|dancing|party|banquet|feast|wedding|concert|music:music|reading|sleeping|bathing|skating
    interior|kitchen|room|studio|tavern|inn|theatre|circus|cafe|school|stable|well|fountain
    birch|oak|pine|willow|poppy|poppies|chrysanthemums|blossom|blossoms|bouquet|still-life|life
    harbor|quay|wharf|dock|shipwreck|horses|dogs|gypsy|fisherwoman|milkmaid|maid|servant
    portrait|self-portrait
    """.split("\n")
    for entry in line.strip().split("|")
    if entry
    for word, _, name in [entry.partition(":")]
}
"""What can be seen in a picture, and for tags the words a caption says it with."""

GERMAN = {
    "Baum": "trees", "Gebäude": "buildings", "Fluss": "a river", "Kutsche": "a carriage",
    "Fußgänger": "people", "Himmel": "the sky", "Straße": "a street", "Landschaft": "a landscape",
    "Statue": "a statue", "Zaun": "a fence", "Schornstein": "chimneys", "Boot": "a boat",
    "Weg": "a path", "Stadt": "a city", "Säule": "columns", "Stadtbild": "a city",
    "Mensch": "people", "Brücke": "a bridge", "Menschenmenge": "a crowd", "Wasser": "water",
    "Dach": "roofs", "Rauch": "smoke", "Haus": "a house", "Dock": "a dock", "Dorf": "a village",
    "Kuppel": "a dome", "Platz": "a square", "Laterne": "lanterns", "Park": "a park",
    "Kind": "a child", "Kirche": "a church", "Hund": "a dog", "Fabrik": "a factory",
    "Dom": "a cathedral", "Garten": "a garden", "Kanal": "a canal", "Pferd": "a horse",
    "Palast": "a palace", "Turm": "a tower", "Feld": "a field", "Küste": "the coast",
    "Hof": "a courtyard", "Innenhof": "a courtyard", "Soldat": "soldiers", "Frau": "a woman",
    "Dame": "a woman", "Mann": "a man", "Schnee": "snow", "Reiter": "riders", "Wolke": "clouds",
    "Arbeiter": "workers", "Treppe": "stairs", "Markt": "a market", "Segelboot": "a sailboat",
    "Feuer": "fire", "Windmühle": "a windmill", "Mühle": "a mill", "Wald": "a forest",
    "Schaf": "sheep", "Schiff": "a ship", "Kahn": "a boat", "Wagen": "a wagon", "Wiese": "a meadow",
    "Berg": "mountains", "Fels": "rocks", "Blume": "flowers", "Ruine": "ruins",
}  # fmt: skip

FEMALE = frozenset(
    """
    woman lady girl mrs miss madame mme mademoiselle countess duchess queen princess empress wife
    widow mother daughter sister femme frau dame señora doña donna signora infanta marquise mevrouw
    gräfin baroness baronin marchesa comtesse duchesse baronne maria marie mary anna anne ann hannah
    elizabeth elisabeth isabella isabel margaret margaretha margarita catherine katharina caterina
    catharina charlotte sophia sophie louisa louise caroline emma emily jane sarah susanna susan
    rebecca rachel helena helene eleanor eleonora leonora julia juliana lucy alice clara clementina
    dorothea dorothy frances francesca georgiana harriet henrietta ida johanna josephine laura lydia
    martha matilda mathilde theresa teresa therese victoria victoire virginia amalia amelia agnes
    adelaide aletta beatrice bertha cecilia christina constance cornelia eva flora giulia lucrezia
    magdalena mariana marianne ottilie
    barbara lucy agatha apollonia veronica helen paula
    pauline sara saskia simonetta sonja suzanne trude ursula
    """.split()
)
MALE = frozenset(
    """
    man gentleman boy mr sir lord captain king prince duke earl count pope cardinal general colonel
    admiral baron emperor bishop dr don monsieur reverend rev monk merchant officer soldier sculptor
    painter composer headmaster professor judge knight marquis marquess elector comte duc herr homme
    mann hombre uomo nobleman scholar physician poet friar senator governor president major
    archbishop burgomaster alderman viscount lieutenant husband father son brother
    john william george charles james thomas robert edward henry richard joseph david philip francis
    karl johann georg friedrich wilhelm heinrich ludwig franz carl paul peter pieter jan johannes
    willem hendrik cornelis jacob adriaen gerrit frans dirk hans giovanni francesco pietro antonio
    lorenzo giuliano cosimo federico alessandro andrea ottavio juan pedro carlos felipe fernando
    luis josé jose manuel miguel diego pierre jean louis jacques françois
    charles antoine nicolas étienne
    alexander alexandre andrew samuel benjamin daniel frederick philippe augustus edmund hugh walter
    ambroise claude émile eugène gustave vincent albert alfred arthur ernst erasmus gabriel hubert
    lucas maximilian max michael nicholas oliver otto rudolf simon stephen victor willibald jonathan
    """.split()
)
