/** The words of a list with commas, each once. */
export function distinctWords(list: string): string[] {
  const words = list.split(',').map((word) => word.trim());
  return [...new Set(words.filter((word) => word !== ''))];
}
