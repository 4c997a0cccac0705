"""With which axes and values does an installation begin? (V03-V06, specification 01; editable data afterwards)"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Value:
    """A value of an axis."""

    code: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Axis:
    """One way of classing accounts and the values it begins with."""

    code: str
    name_zh: str
    name_en: str
    values: tuple[Value, ...]
    is_several: bool = False


DEFAULT_AXES: tuple[Axis, ...] = (
    Axis(
        "format",
        "业态",
        "Format",
        (
            Value("HYPERMARKET", "大卖场", "Hypermarket"),
            Value("SUPERMARKET", "超市", "Supermarket"),
            Value("CONVENIENCE", "便利店", "Convenience store"),
            Value("WAREHOUSE_CLUB", "仓储会员店", "Warehouse club"),
            Value("DEPARTMENT_STORE", "百货", "Department store"),
            Value("SPECIALIST", "专业店", "Specialist"),
            Value("ONLINE", "线上", "Online"),
        ),
    ),
    Axis(
        "cooperation",
        "合作关系",
        "Cooperation",
        (
            Value("DIRECT", "直营KA", "Direct KA"),
            Value("DISTRIBUTOR", "经销商", "Distributor"),
            Value("SUB_DISTRIBUTOR", "分销商", "Sub-distributor"),
            Value("APPOINTED", "区域特约分销商", "Appointed regional distributor"),
        ),
    ),
    Axis(
        "operation",
        "运作模式",
        "Operation",
        (
            Value("CENTRAL", "总仓配送", "Central-warehouse delivery"),
            Value("DIRECT_STORE", "单店配送", "Direct store delivery"),
            Value("MIXED", "混合配送", "Mixed delivery"),
        ),
    ),
    Axis(
        "location",
        "位置类型",
        "Location",
        (
            Value("CENTRE", "市中心", "City centre"),
            Value("RESIDENTIAL", "社区", "Residential"),
            Value("FRINGE", "城郊结合点", "Urban fringe"),
            Value("SUBURB", "郊区", "Suburb"),
        ),
    ),
    Axis(
        "categories",
        "经营品类",
        "Categories sold",
        (
            Value("HOUSEHOLD", "日化", "Household"),
            Value("FOOD", "食品", "Food"),
            Value("APPAREL", "服装", "Apparel"),
            Value("SMALL_GOODS", "小商品", "Small goods"),
            Value("DRINKS", "酒水饮料", "Drinks"),
        ),
        is_several=True,
    ),
    Axis(
        "store_class",
        "门店分级",
        "Store class",
        (
            Value("S1", "一类店", "First class"),
            Value("S2", "二类店", "Second class"),
            Value("S3", "三类店", "Third class"),
        ),
    ),
    Axis(
        "size",
        "客户规模",
        "Size",
        (
            Value("SMALL_MEDIUM", "中小型", "Small to medium"),
            Value("MEDIUM_LARGE", "中大型", "Medium to large"),
            Value("GOVERNMENT", "政府", "Government"),
        ),
    ),
    Axis("region", "大区", "Region", ()),
    Axis("area", "区域", "Area", ()),
    Axis("office", "区办", "Office", ()),
)


def axis_code(name_en: str) -> str:
    """Make the code of an axis from its English name; empty where no letter or digit of it can stand in one.

    >>> axis_code("Shelf share (%)"), axis_code("货架")
    ('shelf_share', '')
    """
    return re.sub(r"[^a-z0-9]+", "_", name_en.lower()).strip("_")[:40].strip("_")
