/** Column types that several modules declare. */
import { z } from 'zod';

export const localTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'HH:MM, 24 hours');
