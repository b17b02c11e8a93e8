"""Detail exports of the budget system (预算管理一体化) to lines; subtotals are checked and left out."""
