import TradingModel

extension SimulatedExchange {
  /// Credits what a fill brought, less its commission, or with the commission paid in the discount asset.
  ///
  /// What the working order of a list buys for its pending orders is locked for them. Its commission is taken from free funds where there
  /// are enough, so that the pending orders sell what was bought. Binance: opo.md.
  mutating func receive(
    _ amount: Amount, of asset: String, side: Side, isMaker: Bool, account: Int, order: Int64, listID: Int64
  ) -> (amount: Amount, asset: String) {
    let full = commission.full(amount, side: side, isMaker: isMaker)
    var charge = (amount: full, asset: asset)
    var isPaidApart = false
    if accounts[account].paysWithDiscountAsset, commission.isDiscountEnabledForSymbols, let price = discountPrice(of: asset) {
      let reduced = commission.discounted(amount, side: side, isMaker: isMaker, price: price)
      if asset == commission.discountAsset {
        charge.amount = reduced
      } else if accounts[account].free(commission.discountAsset) >= reduced {
        charge = (reduced, commission.discountAsset)
        isPaidApart = true
      }
    }
    var isLocked = false
    if listID >= 0, let list = lists[listID], list.kind.isPaidByWorkingOrder, list.workingID == order, !list.isArmed {
      isLocked = true
      isPaidApart = isPaidApart || (asset != commission.discountAsset && accounts[account].free(asset) >= charge.amount)
    }
    if isPaidApart { accounts[account].pay(charge.asset, charge.amount) }
    let credited = isPaidApart ? amount : amount - charge.amount
    if isLocked {
      accounts[account].creditLocked(asset, credited)
      lists[listID]?.locked += credited
    } else {
      accounts[account].credit(asset, credited)
    }
    commissions[charge.asset, default: .zero] += charge.amount
    return charge
  }

  /// What one unit of an asset costs in the discount asset, by the last price of a market between the two.
  private func discountPrice(of asset: String) -> (numerator: FixedDecimal, denominator: FixedDecimal)? {
    let discount = commission.discountAsset
    if asset == discount { return (.one, .one) }
    if let symbol = Symbol(discount + asset), let last = lastPrice(symbol), last.isPositive { return (.one, last) }
    if let symbol = Symbol(asset + discount), let last = lastPrice(symbol), last.isPositive { return (last, .one) }
    return nil
  }

  /// Sets whether an account pays commissions in the discount asset (BNB) where it has enough of it.
  public mutating func setPaysWithDiscountAsset(_ isOn: Bool, account: Int) {
    guard accounts.indices.contains(account) else { return }
    accounts[account].paysWithDiscountAsset = isOn
  }
}
