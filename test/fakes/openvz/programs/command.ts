import type { FakeContainer } from "../host/fake-container";
import type { FakeHost } from "../host/fake-host";
import type { GivenOptions } from "./options";

/** One run of vzctl on a container. */
export interface Command {
  readonly host: FakeHost;
  readonly container: FakeContainer;
  readonly options: GivenOptions;
}
