/**
 * A decimal number as text, for example `67012.50`: optional minus sign, digits, optional fraction. At most 18 digits before the point
 * and 8 behind it. Only {@link decimal} makes one, so that a number of another form does not reach the daemon.
 */
export type Decimal = string & { readonly __brand: "Decimal" };

const form = /^(-?)(0|[1-9][0-9]{0,17})(?:\.([0-9]+))?$/;
const scale = 100_000_000n;

/**
 * Reads a decimal.
 *
 * @param text for example "0.02".
 * @throws RangeError when it has another form, more than 18 digits before the point, more than 8 behind it that are not zeros, or is a
 * negative zero.
 */
export function decimal(text: string): Decimal {
  units(text);
  return text as Decimal;
}

/** The value in units of 0.00000001; exact. For sums and comparisons: `decimalFromUnits(a + b)`. */
export function decimalToUnits(value: Decimal): bigint {
  return units(value);
}

/**
 * The decimal of a number of units of 0.00000001, without trailing zeros.
 *
 * @throws RangeError when it needs more than 18 digits before the point.
 */
export function decimalFromUnits(value: bigint): Decimal {
  const magnitude = value < 0n ? -value : value;
  const fraction = (magnitude % scale).toString().padStart(8, "0").replace(/0+$/, "");
  const whole = (magnitude / scale).toString();
  return decimal(`${value < 0n ? "-" : ""}${whole}${fraction === "" ? "" : `.${fraction}`}`);
}

function units(text: string): bigint {
  const match = form.exec(text);
  const fraction = match?.[3] ?? "";
  const beyond = fraction.slice(8);
  if (match === null || /[^0]/.test(beyond)) throw new RangeError(`not a decimal: ${JSON.stringify(text.slice(0, 40))}`);
  const magnitude = BigInt(match[2] as string) * scale + BigInt(fraction.slice(0, 8).padEnd(8, "0"));
  if (match[1] === "-" && magnitude === 0n) throw new RangeError(`a negative zero is not a decimal: ${text}`);
  return match[1] === "-" ? -magnitude : magnitude;
}
