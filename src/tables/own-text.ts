/**
 * A copy of a text that stands alone. V8 keeps the whole text a piece was cut from for as long as the piece lives:
 * without a copy, one name kept from every block would keep the whole file in memory.
 */
export function ownText(text: string): string {
  return Buffer.from(text).toString();
}
