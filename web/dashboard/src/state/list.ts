// Lists in a URL as the API has them: separated by commas, and a comma of a value's own written \,

export function joinList(values: readonly string[]): string {
  return values.map((v) => v.replaceAll(',', '\\,')).join(',');
}

export function splitList(text: string): string[] {
  return [...text.matchAll(/(?:\\,|[^,])+/g)].map(([part]) => part.replaceAll('\\,', ','));
}
