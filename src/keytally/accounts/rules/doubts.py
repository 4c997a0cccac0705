"""Does an entry of a list of stores look like something that is no store?"""

import re
import unicodedata

# Places on or beside a store's ground that map services list under its name.
_PLACES = re.compile(
    r"(?:停车场|停车库|地下车库|出入口|入口|出口|卸货|收货处|充电站|充电桩|公交站|地铁站|洗手间|卫生间|ATM|自助银行)(?!店|分店)",
    re.IGNORECASE,
)
_TENANTS = re.compile(r"美甲|美发|眼镜|干洗|手机维修|彩票|奶茶|银行(?!大厦)")
# What a chain's name says of its trade or its law; its stores are named without it.
_TRADE = re.compile(
    r"超级市场|超市|大卖场|卖场|商场|百货|便利店|便利|连锁|生活馆|会员店|购物广场|购物中心|集团|股份有限公司|有限责任公司|有限公司"
    r"|\(?中国\)?"
)


def doubts(name: str, *, chain_names: tuple[str, ...]) -> tuple[str, ...]:
    """List why a name may belong to no store of the chain.

    >>> doubts("乐购(松江店)-停车场", chain_names=("乐购",))
    ('NAMES_A_PLACE',)
    >>> doubts("永盛中山店", chain_names=("永盛超市",)), doubts("薄利百货店", chain_names=("永盛超市",))
    ((), ('CHAIN_NOT_NAMED',))
    """
    reasons = []
    if _PLACES.search(name):
        reasons.append("NAMES_A_PLACE")
    if _TENANTS.search(name):
        reasons.append("NAMES_A_TENANT")
    known = [_brand(one) for one in chain_names if one]
    if known and not any(one in _plain(name) for one in known):
        reasons.append("CHAIN_NOT_NAMED")
    return tuple(reasons)


def _brand(chain: str) -> str:
    """Leave of a chain's name what its stores carry, where enough is left."""
    plain = _plain(chain)
    short = _TRADE.sub("", plain)
    return short if len(short) >= 2 else plain


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
