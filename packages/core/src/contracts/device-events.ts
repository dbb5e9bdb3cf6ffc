/** The events of the feature `device-authorization`. They contain no secrets. */
export type DeviceEvent =
  /** A device has asked for the access of a user. `expiresAt` is when its code expires, in seconds since the epoch. */
  | { readonly type: 'device.requested'; readonly clientId: string; readonly expiresAt: number }
  /** A user has approved a device, which gets its tokens with its next request. */
  | { readonly type: 'device.approved'; readonly clientId: string; readonly userId: string; readonly grantId: string }
  /** A user has refused a device. */
  | { readonly type: 'device.denied'; readonly clientId: string; readonly userId: string }
  /** A device asked for its tokens after its code had expired. */
  | { readonly type: 'device.expired'; readonly clientId: string }
