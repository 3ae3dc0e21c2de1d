/// The version of this tree: what daemon, client and simulator tell of themselves.
public enum ProductVersion {
  public static let text = "0.3.0"
}
