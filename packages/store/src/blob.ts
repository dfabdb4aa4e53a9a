/**
 * Bytes for PGlite, which reads every Blob through `arrayBuffer()` alone: a browser's own Blobs are kept in another process,
 * and bytes that are still on their way can be waited for there.
 */
export const blobOf = (bytes: () => Promise<ArrayBuffer>): Blob => Object.assign(new Blob(), { arrayBuffer: bytes });
