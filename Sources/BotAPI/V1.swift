/// Package `botd.v1`: the Swift values of every message and enum, the method constants and the typed clients, all generated from
/// `proto/botd/v1`. The names equal those of the schema, so inside a program that also uses the trading model write `V1.Order`.
public enum V1 {}
