/**
 * Bytes of a file as text. Spreadsheets save UTF-8 with a mark, UTF-16, or the old Windows code page; a file that is
 * no valid UTF-8 is read as Windows-1252, in which every byte means something.
 *
 *  CSV-SIZE    at most 10 MB
 *  CSV-BINARY  a workbook or another binary file is named as such
 */
import { fail, ok, problem, type Result } from '@fieldfare/kernel';

export const MAX_BYTES = 10 * 1024 * 1024;

export type Encoding = 'utf-8' | 'utf-16le' | 'windows-1252' | 'text';

export interface DecodedText {
  readonly text: string;
  readonly encoding: Encoding;
}

export function decodeText(input: string | Uint8Array): Result<DecodedText> {
  if (input.length > MAX_BYTES) {
    return fail(
      problem('too-large', 'the file is larger than 10 MB: split it', {
        rule: 'CSV-SIZE',
        params: { bytes: input.length, maxBytes: MAX_BYTES },
      }),
    );
  }
  const decoded = typeof input === 'string' ? { text: input, encoding: 'text' as const } : decodeBytes(input);
  const text = decoded.text.startsWith('\uFEFF') ? decoded.text.slice(1) : decoded.text;
  if (text.startsWith('PK\u0003\u0004')) {
    return fail(problem('unsupported', 'this is a workbook (.xlsx): save it as CSV first', { rule: 'CSV-BINARY' }));
  }
  if (text.includes('\u0000')) {
    return fail(problem('invalid', 'this is not a text file', { rule: 'CSV-BINARY' }));
  }
  return ok({ ...decoded, text });
}

function decodeBytes(bytes: Uint8Array): DecodedText {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) {
    return { text: new TextDecoder('utf-16le').decode(bytes), encoding: 'utf-16le' };
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding: 'utf-8' };
  } catch {
    return { text: new TextDecoder('windows-1252').decode(bytes), encoding: 'windows-1252' };
  }
}
