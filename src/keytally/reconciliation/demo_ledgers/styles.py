"""How does each chain write its statements: words of the header, encoding, dates, figures, one file or many?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from keytally.reconciliation.demo_ledgers.entries import Kind
from keytally.reconciliation.demo_ledgers.trade import Flow


class Shape(StrEnum):
    """What a statement arrives as."""

    CSV = "csv"
    XLSX = "xlsx"
    CSV_PER_STORE = "csv_per_store"


class Cell(StrEnum):
    """What a column says."""

    DAY = "day"
    NUMBER = "number"
    KIND = "kind"
    ORDER = "order"
    STORE = "store"
    STORE_NAME = "store_name"
    ITEM = "item"
    ITEM_NAME = "item_name"
    GTIN = "gtin"
    QUANTITY = "quantity"
    PRICE = "price"
    AMOUNT = "amount"
    CURRENCY = "currency"


CHINESE_KINDS: Mapping[Kind, str] = {
    Kind.GOODS: "验收", Kind.REVERSAL: "冲销", Kind.RETURN: "退货", Kind.PAYMENT: "付款", Kind.FEE: "扣款",
}  # fmt: skip
ENGLISH_KINDS: Mapping[Kind, str] = {
    Kind.GOODS: "Goods receipt", Kind.REVERSAL: "Reversal", Kind.RETURN: "Return", Kind.PAYMENT: "Payment",
    Kind.FEE: "Deduction",
}  # fmt: skip
OUR_KINDS: Mapping[Kind, str] = {**CHINESE_KINDS, Kind.GOODS: "发货", Kind.PAYMENT: "收款"}


@dataclass(frozen=True, slots=True)
class Style:
    """How a book is written."""

    columns: Mapping[Cell, str]
    kinds: Mapping[Kind, str] = field(default_factory=lambda: CHINESE_KINDS)
    flow: Flow = Flow.BY_STORE
    shape: Shape = Shape.CSV
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    day: str = "{y:04d}-{m:02d}-{d:02d}"
    has_thousands: bool = False
    title: str = ""
    total: str = ""

    def written_day(self, day: date) -> str:
        """Write a day."""
        return self.day.format(y=day.year, m=day.month, d=day.day)


def _named(words: str, *, without: str = "") -> dict[Cell, str]:
    """Put the words of a header to the usual columns, in their order."""
    usual = [cell for cell in Cell if cell is not Cell.CURRENCY and cell not in without.split()]
    return dict(zip(usual, words.split("|"), strict=True))


OURS = Style(
    _named("单据日期|单据号|单据类型|客户订单号|门店编码|门店名称|商品编码|商品名称|条码|数量|含税单价|价税合计"),
    kinds=OUR_KINDS,
)
OURS_WITH_CURRENCY = Style({**OURS.columns, Cell.CURRENCY: "币种"}, kinds=OUR_KINDS)

STYLES: Mapping[str, Style] = {
    "YS": Style(
        _named("业务日期|验收单号|业务类型|采购订单号|店号|店名|货号|品名|国际条码|实收数量|进价|结算金额"),
        encoding="gb18030", day="{y}/{m}/{d}", has_thousands=True, total="总计",
    ),
    "HF": Style(
        _named("收货日期|收货单号|单据类型|订单编号|收货门店|门店名|商品编号|商品名称|条形码|收货数量|含税进价|含税金额"),
        flow=Flow.CENTRAL, day="{y:04d}{m:02d}{d:02d}",
    ),
    "JH": Style(
        _named("Receipt date|Receipt no|Type|PO number|Store code|Club|Item code|Description|EAN|Qty received|Retail price|Retail value"),  # noqa: E501 - a header as it stands in the file
        kinds=ENGLISH_KINDS, flow=Flow.BY_QUANTITY, day="{d:02d}/{m:02d}/{y}", delimiter=";",
    ),
    "LJ": Style(
        _named("结算日期|发票号码|类别|机构编码|机构|商品代码|商品名|商品条码|结算数量|单价|价税合计", without="order"),
        flow=Flow.LUMPED, encoding="gb18030", has_thousands=True, title="乐居生活 供应商结算明细",
    ),
    "CX": Style(
        _named("日期|入库单号|类型|订货单号|门店号|门店|货品编码|品名|69码|数量|单价|金额"),
        flow=Flow.CENTRAL, delimiter="\t", encoding="utf-16",
    ),
    "BH": Style(
        _named("验收日期|验收单编号|业务类别|订货号|分店编号|分店名称|单品编码|品名|条码|收货数|进价|验收金额"),
        encoding="gb18030", day="{y}.{m:02d}.{d:02d}",
    ),
    "HX": Style(
        _named("日期|单号|类型|订单号|店铺编码|店铺名称|货号|商品|商品条码|数量|单价|金额"),
        day="{y}年{m}月{d}日", total="合计", has_thousands=True,
    ),
    "QL": Style(
        _named("入库日期|入库单号|单据类别|采购单号|机构代码|机构名称|物料编码|物料名称|国际码|入库数量|含税进价|入库金额"),
        shape=Shape.XLSX, title="齐鲁万家供应商对账单", total="合计",
    ),
    "JT": Style(
        _named("业务日期|验收单号|单据类型|采购订单|门店编码|门店名称|商品编码|商品名称|条码|收货数量|含税进价|收货金额"),
        shape=Shape.CSV_PER_STORE, encoding="gb18030",
    ),
    "RM": Style(
        _named("Posting date|Document no|Document type|Order no|Store code|Store name|Article no|Article|GTIN|Quantity|Unit price|Amount"),  # noqa: E501 - a header as it stands in the file
        kinds=ENGLISH_KINDS, day="{y}-{m:02d}-{d:02d}",
    ),
    "FL": Style(
        _named("到货日期|送货单号|类型|订单号码|店代码|店名|产品编码|产品|产品条码|实收数量|供价|应付金额"),
        delimiter="\t",
    ),
    "DY": Style(
        {**_named("结算日期|结算单号|类型|客户订单号|部门编码|专柜|商品编码|商品|条码|数量|结算价|结算金额"),
         Cell.CURRENCY: "币种"},
        shape=Shape.XLSX,
    ),
}  # fmt: skip
