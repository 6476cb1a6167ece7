import type { Database } from '../../db/database.ts';
import type { ConcertSales, SaleChange, SalesRankingStore } from '../consumers/sales-ranking.ts';

export class SqlSalesRankingStore implements SalesRankingStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async apply(changes: readonly SaleChange[]): Promise<void> {
    await this.#database.query('SELECT sales_ranking_apply($1::jsonb)', [JSON.stringify(changes)]);
  }

  best(most: number): Promise<ConcertSales[]> {
    return this.#database.query<ConcertSales & Record<string, unknown>>(
      'SELECT concert_id AS "concertId", sold FROM sales_ranking ORDER BY sold DESC, concert_id LIMIT $1',
      [most],
    );
  }
}
