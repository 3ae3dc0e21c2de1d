/** How far a subscription was followed. Store its text form; give it to `trades` or `events` to go on after it. */
export class Bookmark {
  /** Identity of the journal that the sequence belongs to; 1 or more characters. */
  readonly journalId: string;
  /** Sequence of the last recorded item that was dealt with; 0n: none yet. */
  readonly sequence: bigint;

  constructor(journalId: string, sequence: bigint) {
    if (journalId === "") throw new RangeError("a bookmark needs a journal id");
    if (sequence < 0n || sequence > 0x7fff_ffff_ffff_ffffn) throw new RangeError(`not a sequence: ${sequence}`);
    this.journalId = journalId;
    this.sequence = sequence;
  }

  /**
   * Reads the text form `JOURNAL:SEQUENCE`.
   *
   * @throws RangeError when it has another form.
   */
  static parse(text: string): Bookmark {
    const match = /^(\S+):(0|[1-9][0-9]*)$/.exec(text.trim());
    if (match === null) throw new RangeError(`not a bookmark: ${JSON.stringify(text.slice(0, 100))}; its form is JOURNAL:SEQUENCE`);
    return new Bookmark(match[1] as string, BigInt(match[2] as string));
  }

  /** The text form `JOURNAL:SEQUENCE`. */
  toString(): string {
    return `${this.journalId}:${this.sequence}`;
  }
}
