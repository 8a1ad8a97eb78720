import { choices, type Filterable, filtersOf, stackOf } from "../state/filters";
import { setQuery } from "../state/route";
import { Button } from "./button";

interface FilterBarProperties {
  readonly all: readonly Filterable[];
  readonly query: Readonly<Record<string, string>>;
}

/** The filters of a list. They are in the address. */
export function FilterBar({ all, query }: FilterBarProperties) {
  const filters = filtersOf(query);
  const change = (name: string) => (event: Event) => {
    const { value } = event.currentTarget as HTMLInputElement | HTMLSelectElement;
    setQuery({ [name]: value, page: "" });
  };
  // The links of the fleets add the last one.
  const given = [...Object.entries(filters), ["fleet", query["fleet"] ?? ""] as const];
  const isFiltered = given.some(([, value]) => value !== "");
  const noFilters = Object.fromEntries(given.map(([name]) => [name, ""]));
  return (
    <form class="filters" role="search" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
      <Choice
        name="stack"
        label="Stack"
        value={filters.stack}
        values={choices(all.map(stackOf))}
        onChange={change("stack")}
      />
      <Choice
        name="owner"
        label="Owner"
        value={filters.owner}
        values={choices(all.map(({ account }) => account))}
        onChange={change("owner")}
      />
      <Choice
        name="status"
        label="Status"
        value={filters.status}
        values={choices(all.map(({ status }) => status))}
        onChange={change("status")}
      />
      <TextField
        name="label"
        label="Labels"
        value={filters.label}
        example="role=web"
        onInput={change("label")}
      />
      <TextField
        name="text"
        label="Search"
        value={filters.text}
        example="name or address"
        onInput={change("text")}
      />
      <Button isUsable={isFiltered} onClick={() => setQuery({ ...noFilters, page: "" })}>
        Clear filters
      </Button>
    </form>
  );
}

interface ChoiceProperties {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly values: readonly string[];
  readonly onChange: (event: Event) => void;
}

function Choice({ name, label, value, values, onChange }: ChoiceProperties) {
  // An address can name what does not exist any more.
  const shown = value === "" || values.includes(value) ? values : [...values, value];
  return (
    <div class="field">
      <label for={`filter-${name}`}>{label}</label>
      <select id={`filter-${name}`} value={value} onChange={onChange}>
        <option value="">all</option>
        {shown.map((text) => (
          <option key={text} value={text}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

interface TextFieldProperties {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly example: string;
  readonly onInput: (event: Event) => void;
}

function TextField({ name, label, value, example, onInput }: TextFieldProperties) {
  return (
    <div class="field">
      <label for={`filter-${name}`}>{label}</label>
      <input
        id={`filter-${name}`}
        type="search"
        value={value}
        placeholder={example}
        spellcheck={false}
        autocomplete="off"
        onInput={onInput}
      />
    </div>
  );
}
