/** Bytes of the client, minified and compressed with gzip. */
export function size(): Promise<number>;
