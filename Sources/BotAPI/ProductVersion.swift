/// The version of this tree: what daemon and client tell of themselves.
public enum ProductVersion {
  public static let text = "0.1.0"
}
