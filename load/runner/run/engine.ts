// What runs the scenarios of a test: the virtual users of this process, or (load/runner/processes) several processes.
import { executeScenarios, scenarioRuns } from '../executors/execute.ts';
import { type ScenarioPlan, vusNeeded } from '../executors/plan.ts';
import type { ScenarioProgress, ScenarioRun } from '../executors/scenario-run.ts';
import { Share } from '../executors/share.ts';
import type { VuFactory } from '../vu/factory.ts';
import { VuPool } from '../vu/pool.ts';
import { nextTurn } from '../vu/turn.ts';
import type { RunState } from './state.ts';

export interface Engine {
  readonly scenarios: readonly ScenarioProgress[];
  /** Creates the virtual users that the test begins with. */
  prepare(): Promise<void>;
  /** Until the last scenario is over, or the run has been stopped. */
  execute(setupJson: string | undefined): Promise<void>;
  close(): Promise<void>;
}

/** Virtual users to create between two looks at the event loop. */
const CREATED_AT_ONCE = 20;

export class LocalEngine implements Engine {
  readonly scenarios: readonly ScenarioRun[];
  readonly #run: RunState;
  readonly #plans: readonly ScenarioPlan[];
  readonly #factory: VuFactory;
  readonly #pool: VuPool;

  constructor(run: RunState, plans: readonly ScenarioPlan[], factory: VuFactory, share = Share.whole) {
    this.#run = run;
    this.#plans = plans;
    this.#factory = factory;
    this.#pool = new VuPool(factory, share);
    this.scenarios = scenarioRuns(plans, run, this.#pool);
  }

  async prepare(): Promise<void> {
    const count = vusNeeded(this.#plans, ({ initialVus }) => initialVus);
    while (this.#pool.size < count) {
      await this.#pool.add();
      if (this.#pool.size % CREATED_AT_ONCE === 0) await nextTurn();
    }
    this.#run.vusInitialized = this.#pool.size;
  }

  async execute(setupJson: string | undefined): Promise<void> {
    this.#factory.setupJson = setupJson;
    for (const user of this.#pool.all) user.vm.callSync('setSetupData', setupJson);
    await executeScenarios(this.scenarios);
  }

  async close(): Promise<void> {
    this.#pool.close();
  }
}
