// PGlite in this thread and in memory, so that its clock is the simulation's: it asks Date.now for the time.
import { PGlite } from '@electric-sql/pglite';
import { type Database, DatabaseError, type Row, type Sql } from '../../server/db/database.ts';
import { Statements } from '../../server/db/pglite/statements.ts';

export async function openInThisThread(): Promise<Database> {
  const pglite = await PGlite.create();
  const statements = new Statements(pglite);
  const query = async <R extends Row>(text: string, params: readonly unknown[] = []): Promise<R[]> => {
    try {
      return (await statements.query(text, params)) as R[];
    } catch (error) {
      const { code = 'XX000', message } = error as { code?: string; message: string };
      throw new DatabaseError(code, message, error);
    }
  };
  return {
    kind: 'pglite',
    query,
    execute: async (script) => void (await pglite.exec(script)),
    async transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
      await query('BEGIN');
      try {
        const result = await work({ query });
        await query('COMMIT');
        return result;
      } catch (error) {
        await query('ROLLBACK');
        throw error;
      }
    },
    close: () => pglite.close(),
  };
}
