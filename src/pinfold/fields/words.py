"""Words and limits in which fields are told of, in tables and pages alike: a reader of tables need not know what is made of them."""

FRUIT_COUNT = "fruit count"
LOSSES = ("hail", "frost", "other loss")
# What was counted on a plot, or what did the damage.
KINDS = (FRUIT_COUNT, *LOSSES)
# An old mango tree carries some thousands, a coffee bush about as many. Assumed.
FRUITS_PER_PLANT_MAX = 100_000.0
# How a day of weather that was not measured was filled.
INTERPOLATED, NEIGHBOUR, USUAL_DAY = FILLED = ("interpolated", "neighbour", "usual day")
