"""Function words: articles, pronouns, prepositions, auxiliaries and their old spellings.

A run of nothing else ("and it was in the") belongs to everybody; what is left
of a text without them is its content.
"""

from __future__ import annotations

from functools import cache

_FUNCTION = """
    a an the this that these those such same other others another each every either neither both
    all any some no none nothing something anything everything one ones many much more most few
    less least enough own
    i me my mine myself you your yours yourself he him his himself she her hers herself it its
    itself we us our ours ourselves they them their theirs themselves who whom whose which what
    whoever whatever whichever ye thou thee thy thine thyself
    of in on at by with from into onto for over under through across between among against upon
    above below beneath beside besides behind before after along around round about toward towards
    within without near down up off out to until till since than inside outside throughout during
    except as per via past beyond amid amidst unto betwixt twixt amongst neath o'er mid
    and or but nor yet so if while because though although when where unless lest whether how why
    whenever wherever ere whilst whence wherefore therefore hence thence tho thro
    am is are was were be been being have has had having do does did doing done will would shall
    should can could may might must ought need dare let art wert wast hast hath hadst dost doth
    didst wilt wouldst shalt shouldst canst couldst mayst mightst
    i'm i'd i'll i've you're you'd you'll you've he'd he'll she'd she'll it'd it'll we're we'd
    we'll we've they're they'd they'll they've don't doesn't didn't won't wouldn't can't cannot
    couldn't shan't shouldn't isn't aren't wasn't weren't hasn't haven't hadn't mustn't
    tis twas twere twill twould isn is't was't
    not never ever e'er ne'er no nay yes yea then there here now too very just only even else also
    again once still thus quite rather almost o oh ah lo
""".split()


@cache
def function_words() -> frozenset[str]:
    """Words of grammar, as `features.copying.bare_words` spells them."""
    return frozenset(_FUNCTION)
