"""Does an entry of a list of stores look like something that is no store?"""

import re

# Places on or beside a store's ground that map services list under its name.
_PLACES = re.compile(
    r"(?:停车场|停车库|地下车库|出入口|入口|出口|卸货|收货处|充电站|充电桩|公交站|地铁站|洗手间|卫生间|ATM|自助银行)(?!店|分店)",
    re.IGNORECASE,
)
_TENANTS = re.compile(r"美甲|美发|眼镜|干洗|手机维修|彩票|奶茶|银行(?!大厦)")


def doubts(name: str, *, chain_names: tuple[str, ...]) -> tuple[str, ...]:
    """List why a name may belong to no store of the chain.

    >>> doubts("乐购(松江店)-停车场", chain_names=("乐购",))
    ('NAMES_A_PLACE',)
    """
    reasons = []
    if _PLACES.search(name):
        reasons.append("NAMES_A_PLACE")
    if _TENANTS.search(name):
        reasons.append("NAMES_A_TENANT")
    known = [one.casefold() for one in chain_names if one]
    if known and not any(one in name.casefold() for one in known):
        reasons.append("CHAIN_NOT_NAMED")
    return tuple(reasons)
