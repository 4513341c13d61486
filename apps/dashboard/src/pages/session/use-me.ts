/** Who is signed in, by the name that the house knows. Null while nobody has said. */
import { useQuery } from "@tanstack/react-query";
import { meQuery } from "../../api/queries.ts";
import type { PrincipalView } from "../../api/types.ts";

export const useMe = (): PrincipalView | null => useQuery(meQuery).data?.principal ?? null;
