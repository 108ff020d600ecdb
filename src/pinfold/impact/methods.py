"""How each figure of the report is worked out, in the words that stand beside it: English, then Simplified Chinese."""

from __future__ import annotations

METHODS = {
    "growers_share": (
        "Money to the growers over money that customers and merchants paid, after refunds, for all that was delivered so far.",
        "种植户所得，除以顾客和商人为已交付货物实付的钱（已扣退款）。",
    ),
    "carrier_share": (
        "Money for collecting and driving over the same sum.",
        "收货和运输的钱，除以同一总额。",
    ),
    "cooperative_share": (
        "Money kept by the cooperative over the same sum; below zero when it made up floor prices.",
        "合作社留下的钱，除以同一总额；补足保底价多时为负。",
    ),
    "platform_share": (
        "Money kept by the platform over the same sum.",
        "平台留下的钱，除以同一总额。",
    ),
    "growers_yuan": (
        "Money to the growers for deliveries, and what was picked and not sent at its salvage value. Beside it: the same harvest and the "
        "same paid orders and bids at the same prices, sold first come, first served, less the same shares and costs of carrying.",
        "种植户从交货所得的钱，加上采摘后没有发出的货按残值计。旁边是同样的收成、同样已付款的订单和投标、同样的价格，按先到先得来卖，"
        "扣去同样的留成和运费。",
    ),
    "guarantee_yuan": (
        "What the cooperative paid its members under the guarantee. It holds the goods; what it gets for them is not in these books.",
        "合作社按保底价付给社员的钱。货归合作社，卖得多少不在这本账里。",
    ),
    "sold_share": (
        "Kg of product that left for customers and merchants over kg of product picked. Beside it: first come, first served.",
        "发给顾客和商人的公斤数，除以采摘的公斤数。旁边是先到先得的结果。",
    ),
    "guaranteed_share": (
        "Kg that the cooperative bought at the floor price over kg picked.",
        "合作社按保底价收购的公斤数，除以采摘的公斤数。",
    ),
    "unsold_share": (
        "Kg picked that nobody has bought so far over kg picked.",
        "采摘后至今没有人买的公斤数，除以采摘的公斤数。",
    ),
    "spoiled_share": (
        "Kg lost on the way over kg sent. The loss is the one planned for the goods' age on arrival, until arrivals are weighed.",
        "路上损耗的公斤数，除以发出的公斤数。到货过秤以前，按到货时的货龄估算。",
    ),
    "refunded_share": (
        "Money given back because a pin expired, money came too late or the harvest fell short, over all money received from customers.",
        "因拼单未成、付款太晚或收成不足而退的钱，除以从顾客收到的全部钱。",
    ),
    "per_head_yuan": (
        "Of all members: what the household was credited for crop this season and its dividends, plus its income from elsewhere, less its "
        "farm costs of a year, over the people in it.",
        "全体社员：本季记账的卖货所得和分红，加上其他收入，减去一年的生产成本，除以家庭人口。",
    ),
    "below_line_share": (
        "People whose household has less per head than the poverty line over all members' people.",
        "人均收入低于贫困线的家庭的人口，除以全体社员家庭的人口。",
    ),
}
