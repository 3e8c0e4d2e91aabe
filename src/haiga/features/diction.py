"""Plain diction: the words a present-day poem does without, and words no poem of ours uses.

`archaic_words` are no longer spoken; `lofty_words` are alive but belong to hymns,
courtship and oratory rather than to haiku; `coarse_words` are profane, or were
slurs once, whatever they meant to their poets.
"""

from __future__ import annotations

from functools import cache

_ARCHAIC = """
    'mid 'neath 'tis 'twas 'twere abode adieu alack alas albeit amain ambrosia amen amidst anon
    art athwart aught bade bard bards barque beauteous beget begone begot beheld behold bespoke
    bestow bestowed betrothed betwixt bid bidding bide bides bids billow billows blest bliss
    blissful bonnie bonny bosom bosoms bower bowers canst chanticleer cleave cleft clime climes
    comely couldst dame dames damsel damsels dell dells didst dire dost doth dread drear dreary
    e'en e'er elf elves ere erewhile erst ether eve eventide evermore eves fain fay fays foe
    foes forevermore forlorn forsooth forth fount founts fraught gladsome gloaming goblet hadst
    dale dales glade glades hallelujah hallowed haply hark hast hath hence hereby herein hie
    hied hither hoar hoary
    hosanna jove kine langour languish languishing languor lass lasses lea leas lest likewise lo
    lorn lyre lyres maid maiden maidens maids mayst mead meads meek meseems methinks methought
    mightst mild minstrel minstrels moreover morn morns naught nay ne'er nectar nevermore nigh
    nor nought nymph nymphs o o'er oft ofttimes orb orbs perchance philomel phoebus pinion
    pinions poesy prithee quaff quoth rapt rent repose reposing rill rills saith save selah
    shall shalt shan't shouldst sire sires slain slay slumber slumbered slumbering slumbers
    smite smitten smote songster songsters spake spurn steed steeds swain sylvan tarried tarries
    tarry thee thence thereat thereby therein thereof thereon thereupon thine thither thou
    thrall thrice thus thy thyself tis tress tresses troubadour trow twain twas twere twill unto
    upon't vale vales verdant verily vernal warble warbling wast weal wedded ween wench wert
    whatsoever whence whereas whereat whereby wherefore wherefore's wherein whereof whereon
    wherever's wherewith whilst whither whosoever wilt wist withal wondrous woo wooed wooer
    wooing wot wouldst wrought ye yea yon yonder yore zephyr zephyrs
"""

_LOFTY = """
    abide abides ah amorous angel angels anguish apollo arcady attic aurora bacchus baron
    battle battles beauties beauty beloved bewitching bless blessed blessing blood bloody blush
    blushes blushing boundless bounteous breast breasts bridal bride bridegroom caress ceaseless
    celestial chariot charm charming charms chaste cherub cherubs chieftain christ coffin corpse
    corpses could count countless crown crowned cupid darling dear dearest delight delightful
    delights demon demons desire desires despair destiny devil diana divine doom doomed dreadful
    dream's duke dwell dwelling dwells earl eden embrace embraced empire enchanting endless
    eternal eternity ever fair fairer fairest faith fame fancies fancy fate fates fiend fiends
    fleeting flora folly fortune freedom gaily gay gentle gentleman glad gladly glee glories
    glorious glory god goddess gods goodly gore grace gracious grave graves grecian grief griefs
    hasten hastening hearse heaven heavenly heavens helicon hell hero heroes holy honor honour
    hope hopes host hosts humble humbly hymn hymns immortal infinity ire isle isles jesus jolly
    joy joyful joyous joys jupiter justice kill killed killing kills king kingdom kingdoms kings
    kiss kissed kisses kissing knight knights lad ladies lads lady lance languid legion liberty
    lofty lone lord lords love loved lovelier loveliest lovely lover lovers loves loving lowly
    madam maidenly main master masters may maze mazy meekly memories memory mercy merry might
    mildly mine mirth misery mistress mortal mourn mournful mournfully mourning mourns murder
    murdered muse muses must naked nation nations neptune noble nobler nude oh ought ours pan
    paradise parnassus passion passions peasant peasants peer peers pensive pity pleasure
    pleasures plume plumes poet poets praise praises pray prayed prayer prayers praying precious
    pride prince princess psalm psalms queen queens rapture raptures realm realms rend rhyme
    rhymes roman sacred satan savior saviour sceptre self selves seraph serene shield shields
    should shroud sigh sighed sighing sighs sin sinner sinners sins sir slave slaves sojourn sol
    sorrow sorrows soul souls spear spears spirit spirits squire stately sublime supreme surge
    surges sweetest sweetheart sweetly swoon swooning sword swords tear tearful tears tempest
    tempests tender theirs thought thoughts throne tomb tombs tranquil transient trojan truly
    truth tyrant tyrants vain vanity venus verse verses vice victory virgin virtue wanton
    warrior warriors wed weep weeping weeps wept whom whose wisdom woe woes womb would wrath
    yearn yearning yearns yours
"""

_COARSE = """
    arse ass asses balls bastard bastards bitch bitches blackamoor boob boobs chinaman chinamen
    chink coolie coolies coon coons cripple crippled cripples cunt dago damn damned damning
    darkey darkies darky dick dwarf dwarfs eunuch fag faggot faggots fags fatherland fuck gay
    gipsies gipsy gook gypsies gypsy harlot harlots heathen heathens hooker hottentot hump idiot
    idiots imbecile injun injuns jap japs jew jewess jews kaffir lunatic lust lustful lusty
    lynch lynched mammy massa moor moors moron mulatto negress negro negroes nigger niggers
    orient oriental orientals pagan papist papists pimp piss pissed prick queer queers rape
    raped raping rapist ravish ravished redskin redskins retard sambo savage savages screw
    screwed semen shit slut sluts spade spades sperm spic squaw squaws strumpet suicide tit tits
    tramp tramps turk turks virgin virgins wench wenches whore whores wop
"""


@cache
def archaic_words() -> frozenset[str]:
    """Words that date a poem: thee, hath, o'er, wherefore."""
    return frozenset(_ARCHAIC.split())


@cache
def lofty_words() -> frozenset[str]:
    """Words of creed, courtship and oratory; a poem may use one only when asked about it."""
    return frozenset(_LOFTY.split())


@cache
def coarse_words() -> frozenset[str]:
    """Words kept out of every poem. A cock may still crow."""
    return frozenset(_COARSE.split())
