import TradingModel

/// Where an order is in the core's table: its place, and which of the place's orders it is. Outlives the order harmlessly.
struct OrderKey: Hashable, Sendable, Codable {
  fileprivate var place: UInt32
  fileprivate var generation: UInt32
}

/// Every order that the core remembers, reached by number: names are looked up once, where a report or a record enters.
///
/// Places are used again. Also the queue of orders that need the venue's word (in the order they joined it), the orders that changed since
/// somebody asked, and which number the venue gave to which order.
struct OrderTable: Sendable {
  /// What is looked at without touching the order.
  private struct Place: Sendable, Codable {
    var generation: UInt32 = 0
    var isTaken = false
    /// Listed among the changed orders.
    var isChanged = false
    var id: ClientOrderID
    var venueOrderID = VenueOrderID(0)
    /// Position in the queue of unsettled orders; -1: not there.
    var queued = -1
    /// Index of the symbol, and of the bot that made it; -1: there was none of that name.
    var symbol = -1
    var bot = -1
  }

  private var places: [Place] = []
  /// The orders at these places.
  private var stored: [Order?] = []
  private var free: [UInt32] = []
  private var names = NumberTable()
  private var venueNumbers = NumberTable()
  /// The order that was looked up last: reports of one order come together.
  private var last: OrderKey?
  private var queue: [OrderKey?] = []
  private var queuedCount = 0
  private var changed: [(id: ClientOrderID, key: OrderKey)] = []

  // MARK: Orders

  /// An order; `nil` once it is forgotten. Reading copies it: where that matters, see ``standing(of:)``.
  subscript(key: OrderKey) -> Order? {
    get { contains(key) ? stored[Int(key.place)] : nil }
    @inline(__always) _modify {
      if contains(key) {
        yield &stored[Int(key.place)]
      } else {
        var nothing: Order?
        yield &nothing
      }
    }
  }

  /// Where an order stands; `nil` once it is forgotten.
  @inline(__always) mutating func standing(of key: OrderKey) -> Order.Standing? {
    contains(key) ? stored[Int(key.place)]?.standing() : nil
  }

  /// What an order was decided to be; `nil` once it is forgotten.
  @inline(__always) mutating func intent(of key: OrderKey) -> OrderIntent? { contains(key) ? stored[Int(key.place)]?.intended() : nil }

  /// Whether several bots share an order.
  @inline(__always) mutating func isShared(_ key: OrderKey) -> Bool { standing(of: key)?.isShared ?? false }

  @inline(__always) func contains(_ key: OrderKey) -> Bool {
    Int(key.place) < places.count && places[Int(key.place)].generation == key.generation && places[Int(key.place)].isTaken
  }

  /// The key of a name; `nil` when no order of that name is remembered.
  mutating func key(of id: ClientOrderID) -> OrderKey? {
    if let last, contains(last), places[Int(last.place)].id == id { return last }
    guard let found = find(id) else { return nil }
    last = found
    return found
  }

  /// As ``key(of:)``, for those who change nothing.
  @inline(__always) func find(_ id: ClientOrderID) -> OrderKey? {
    let number = names.number(of: id.fingerprint) { places[$0].id == id }
    return number.map { OrderKey(place: UInt32(truncatingIfNeeded: $0), generation: places[$0].generation) }
  }

  /// The order of a name, copied.
  subscript(id: ClientOrderID) -> Order? { find(id).flatMap { self[$0] } }

  /// Remembers an order; one of the same name is replaced.
  ///
  /// - Parameters: the indices of its symbol and of the bot that made it, `nil` where there is none of that name.
  mutating func insert(_ order: Order, symbol: Int?, bot: Int?) -> OrderKey {
    let id = order.clientOrderID
    let key: OrderKey
    if let known = find(id) {
      key = known
      setVenueOrderID(VenueOrderID(0), of: key)
    } else {
      key = newPlace(id)
      names.add(Int(key.place), id.fingerprint)
    }
    let at = Int(key.place)
    stored[at] = order
    places[at].symbol = symbol ?? -1
    places[at].bot = bot ?? -1
    last = key
    return key
  }

  private mutating func newPlace(_ id: ClientOrderID) -> OrderKey {
    if let place = free.popLast() {
      places[Int(place)].isTaken = true
      places[Int(place)].id = id
      return OrderKey(place: place, generation: places[Int(place)].generation)
    }
    places.append(Place(isTaken: true, id: id))
    stored.append(nil)
    return OrderKey(place: UInt32(truncatingIfNeeded: places.count - 1), generation: 0)
  }

  /// Forgets an order.
  mutating func remove(_ key: OrderKey) {
    guard contains(key) else { return }
    let at = Int(key.place)
    settle(key)
    setVenueOrderID(VenueOrderID(0), of: key)
    names.remove(at, places[at].id.fingerprint)
    stored[at] = nil
    places[at] = Place(generation: key.generation &+ 1, id: places[at].id)
    free.append(key.place)
  }

  /// Index of the bot that made an order; `nil` when there was none of that name.
  @inline(__always) func bot(of key: OrderKey) -> Int? {
    guard contains(key), places[Int(key.place)].bot >= 0 else { return nil }
    return places[Int(key.place)].bot
  }

  // MARK: The venue's numbers

  private func venueFingerprint(_ id: VenueOrderID, _ symbol: Int) -> UInt64 {
    var mixed = (UInt64(bitPattern: id.value) &+ UInt64(truncatingIfNeeded: symbol) &* 0x9e37_79b9_7f4a_7c15) &* 0xff51_afd7_ed55_8ccd
    mixed ^= mixed >> 32
    return mixed &* 0xc4ce_b9fe_1a85_ec53
  }

  /// The venue named an order.
  mutating func setVenueOrderID(_ id: VenueOrderID, of key: OrderKey) {
    guard contains(key) else { return }
    let at = Int(key.place)
    let old = places[at].venueOrderID
    guard old != id else { return }
    if old.value != 0 { venueNumbers.remove(at, venueFingerprint(old, places[at].symbol)) }
    places[at].venueOrderID = id
    stored[at]?.venueOrderID = id
    if id.value != 0 { venueNumbers.add(at, venueFingerprint(id, places[at].symbol)) }
  }

  /// The venue's number of an order; 0 while it has named none.
  @inline(__always) func venueOrderID(of key: OrderKey) -> VenueOrderID {
    contains(key) ? places[Int(key.place)].venueOrderID : VenueOrderID(0)
  }

  /// The order to which the venue gave a number on a symbol.
  func key(of id: VenueOrderID, symbol: Int) -> OrderKey? {
    let number = venueNumbers.number(of: venueFingerprint(id, symbol)) { places[$0].symbol == symbol && places[$0].venueOrderID == id }
    return number.map { OrderKey(place: UInt32(truncatingIfNeeded: $0), generation: places[$0].generation) }
  }

  // MARK: Orders that need the venue's word

  /// They, oldest first. Cost: linear.
  var unsettled: [OrderKey] { queuedCount == 0 ? [] : queue.compactMap { $0 } }

  /// How many they are.
  var unsettledCount: Int { queuedCount }

  /// Adds an order to those that need the venue's word, if it is not among them.
  mutating func unsettle(_ key: OrderKey) {
    guard contains(key), places[Int(key.place)].queued < 0 else { return }
    places[Int(key.place)].queued = queue.count
    queue.append(key)
    queuedCount += 1
  }

  /// Takes it out again.
  mutating func settle(_ key: OrderKey) {
    guard contains(key), places[Int(key.place)].queued >= 0 else { return }
    queue[places[Int(key.place)].queued] = nil
    places[Int(key.place)].queued = -1
    queuedCount -= 1
    if queuedCount == 0 { return queue.removeAll(keepingCapacity: true) }
    guard queue.count > 32, queue.count > 2 * queuedCount else { return }
    queue = queue.filter { $0 != nil }
    for (position, key) in queue.enumerated() { if let key { places[Int(key.place)].queued = position } }
  }

  // MARK: Changes

  /// An order changed.
  mutating func mark(_ key: OrderKey) {
    guard contains(key), !places[Int(key.place)].isChanged else { return }
    places[Int(key.place)].isChanged = true
    changed.append((places[Int(key.place)].id, key))
  }

  var hasChanges: Bool { !changed.isEmpty }

  /// The orders that changed since the last call, in the order of their first change. Those forgotten since are among them.
  mutating func takeChanged() -> [(id: ClientOrderID, key: OrderKey)] {
    let taken = changed
    forgetChanges()
    return taken
  }

  /// Nothing changed.
  mutating func forgetChanges() {
    guard !changed.isEmpty else { return }
    for (_, key) in changed where contains(key) { places[Int(key.place)].isChanged = false }
    changed.removeAll(keepingCapacity: true)
  }
}

// What recovery folds, for a snapshot (``CoreState``). The tables of names are made anew.
extension OrderTable: Codable {
  private enum CodingKeys: CodingKey { case places, orders, free, queueLength }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(places, forKey: .places)
    try container.encode(stored.compactMap { $0 }, forKey: .orders)
    try container.encode(free, forKey: .free)
    try container.encode(queue.count, forKey: .queueLength)
  }

  /// - Throws: `DecodingError` where the parts do not fit together.
  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    places = try container.decode([Place].self, forKey: .places)
    let orders = try container.decode([Order].self, forKey: .orders)
    free = try container.decode([UInt32].self, forKey: .free)
    let length = try container.decode(Int.self, forKey: .queueLength)
    let isWhole =
      places.reduce(0) { $0 + ($1.isTaken ? 1 : 0) } == orders.count && free.allSatisfy { $0 < places.count }
      && places.allSatisfy { $0.queued < length } && length <= 64 + 3 * places.count
    guard isWhole, length >= 0 else {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "orders do not fit their places"))
    }
    queue = [OrderKey?](repeating: nil, count: length)
    var next = 0
    for (at, place) in places.enumerated() {
      guard place.isTaken else {
        stored.append(nil)
        continue
      }
      stored.append(orders[next])
      next += 1
      names.add(at, place.id.fingerprint)
      if place.venueOrderID.value != 0 { venueNumbers.add(at, venueFingerprint(place.venueOrderID, place.symbol)) }
      guard place.queued >= 0 else { continue }
      queue[place.queued] = OrderKey(place: UInt32(truncatingIfNeeded: at), generation: place.generation)
      queuedCount += 1
    }
  }
}
