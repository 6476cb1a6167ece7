import type { Sql } from '../../db/database.ts';
import type { ConcertSales, SaleChange, SalesRankingStore } from '../consumers/sales-ranking.ts';

export class SqlSalesRankingStore implements SalesRankingStore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async apply(changes: readonly SaleChange[]): Promise<void> {
    await this.#sql.query('SELECT sales_ranking_apply($1::jsonb)', [JSON.stringify(changes)]);
  }

  best(most: number): Promise<ConcertSales[]> {
    return this.#sql.query<ConcertSales & Record<string, unknown>>(
      'SELECT concert_id AS "concertId", sold FROM sales_ranking WHERE sold > 0 ORDER BY sold DESC, concert_id LIMIT $1',
      [most],
    );
  }
}
