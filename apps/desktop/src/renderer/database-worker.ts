/** The worker that holds the projection's database, so that its start and its long statements hold up nobody. */
import { serveDatabase } from '@fieldfare/store/database-thread';

serveDatabase();
