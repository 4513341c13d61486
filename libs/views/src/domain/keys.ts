/** The keys of rows that belong to something else. Ids hold no slash, except request ids, which come last. */

export const endpointKey = (hostId: string, endpointId: string): string => `${hostId}/${endpointId}`;
export const turnKey = (sessionId: string, turnId: string): string => `${sessionId}/${turnId}`;
export const itemKey = (sessionId: string, turnId: string, itemId: string): string =>
  `${sessionId}/${turnId}/${itemId}`;
export const approvalKey = (sessionId: string, requestId: string): string => `${sessionId}/${requestId}`;
/** Rules of these kinds are found by the key of `@claw/events`, which policy files them under as well. */
export const grantRowKey = (key: string): string => `grant/${key}`;
export const rulingRowKey = (key: string): string => `ruling/${key}`;
