/** A type in three parts: what most types share, what tells it apart, and its version. */
export function typeParts(type: string): { family: string; name: string; version: string } {
  const [, family = '', name = '', version = ''] = /^(omninode\.)?(.*?)(\.v\d+)?$/s.exec(type) ?? [];
  return { family, name, version };
}

const ID_SHOWN = 8;

/** The end of a long id: its beginning is a time, and so alike in most. */
export function shortId(id: string): string {
  return id.length > ID_SHOWN + 4 ? `…${id.slice(-ID_SHOWN)}` : id;
}
