# ruff: noqa: E501  (rows are written as the file shows them)
"""A season as small as one can be: one cooperative, two households, three plots, one hub, two regions."""

from __future__ import annotations

from pathlib import Path

import pytest

SMALL = {
    "settings": "name,value,unit,source\nseason.number,2026,year,assumed\nseason.starts_on,2026-09-07,date,assumed\nseason.weeks,2,weeks,assumed\n",
    "cooperatives": "cooperative_id,name,name_zh,invested_fen\nc1,One,一,60000000\n",
    "hubs": "hub_id,name,name_zh,latitude,longitude\nhub1,Lujiang,潞江,24.97,98.88\n",
    "regions": "region_id,name,name_zh,latitude,longitude\nr1,Baoshan,保山,25.11,99.16\nr2,Kunming,昆明,25.04,102.72\n",
    "villages": "village_id,cooperative_id,hub_id,name,name_zh,latitude,longitude,altitude_m,road_km,walk_minutes,collect_days,"
    "collect_cost_per_kg\nv1,c1,hub1,Conggang,丛岗,25.02,98.84,1050,8,40,0,0.3\n",
    "households": "household_id,village_id,people,registered_poor,equity_fen,farm_cost_fen,other_income_fen,language\n"
    "h1,v1,4,true,1000000,593600,1810000,zh-hans\nh2,v1,2,FALSE,0,0,0,en\n",
    "plots": "plot_id,crop,household_id,area,area_unit\np1,coffee,h1,1.5,亩\np2,coffee,h2,,\np3,mango,h2,,\n",
    "products": "product_id,name,name_zh,category,crop,pack_kg,shelf_life_days,price_per_kg\nmango,Mango,芒果,fruit,mango,2,12,8\n",
    "merchants": "merchant_id,name,name_zh,region_id\nm1,Merchant 1,商人 1,r2\n",
    "stages": "plot_id,season,stage,on,reported_by,reported_on,certainty\np1,2026,flowering,2026-03-01,13800000001,2026-03-05,0.8\n",
    "crop_reports": "plot_id,season,kind,on,reported_by,fruits_per_plant,lost_share\np1,2026,fruit count,2026-08-01,13800000001,420,\n"
    "p1,2026,hail,2026-08-02,13800000001,,0.3\n",
    "harvests": "plot_id,season,weight,unit\np1,2025,1200,斤\np3,2025,300,kg\n",
    "covariates": "plot_id,season,canopy_percent,fertiliser_kg\np1,2025,60,\np1,2026,65,40\n",
    "weather": "village_id,date,tmax_c,tmin_c,tmean_c\nv1,2026-09-01,27,17,22\n",
    "hub_weeks": "hub_id,week,kg_max\nhub1,0,5000\nhub1,1,5000\n",
    "lanes": "lane_id,hub_id,region_id,week,days,truck_kg,truck_cost,trucks_max\nl1,hub1,r1,0,1,3000,450,2\n",
    "sales": "date,product_id,region_id,kg,price_per_kg\n2026-08-31,mango,r1,20,8.5\n",
    "purchases": "date,customer_id,region_id,product_id,quantity\n2026-08-01,k1,r1,mango,2\n2026-08-20,k1,r2,mango,1\n2026-08-02,k2,r1,mango,1\n",
    "bids": "bid_id,merchant_id,product_id,grade,region_id,week,kg,kg_min,price_per_kg,offered_on\nb1,m1,mango,1,r2,1,1000,500,6.5,2026-09-01\n",
    "people": "phone,role,subject_id,language\n13800000001,operator,,en\n13800000002,household,h1,zh-hans\n13800000003,customer,k3,en\n",
    "later/purchases": "date,customer_id,region_id,product_id,quantity\n2026-09-09,k3,r1,mango,1\n",
}


@pytest.fixture
def season(tmp_path: Path) -> Path:
    """A folder with the small season; tests may break it."""
    folder = tmp_path / "season"
    (folder / "later").mkdir(parents=True)
    for name, text in SMALL.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder
