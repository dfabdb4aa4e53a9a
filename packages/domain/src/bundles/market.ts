/** Who delivers what in a region: our own people and partners under contract, as the engine asks. */
import { type Market, SERVICE_IDS, SERVICES, type ServiceId } from '@fieldfare/engine-bundles';
import type { ServiceType } from '../orgs/index.ts';
import type { Partner } from '../partners/index.ts';
import type { Staff } from '../workforce/index.ts';

export interface MarketRows {
  readonly services: readonly Pick<ServiceType, 'code' | 'roles'>[];
  /** Of the region. */
  readonly staff: readonly Pick<Staff, 'role' | 'partnerId' | 'active'>[];
  readonly partners: readonly Pick<Partner, 'id' | 'regionIds' | 'serviceCodes' | 'active'>[];
}

/**
 * We deliver a service when somebody at work here has one of its roles; a partner does when it is contracted for the
 * service in this region.
 */
export function marketOf({ services, staff, partners }: MarketRows, regionId: string): Market {
  const roles = new Map(services.map((service) => [service.code, service.roles]));
  const ownRoles = new Set(staff.flatMap(({ role, partnerId, active }) => (active && partnerId === null ? role : [])));
  const contracted = new Set(
    partners
      .filter(({ active, regionIds }) => active && regionIds.includes(regionId))
      .flatMap(({ serviceCodes }) => serviceCodes),
  );
  // The best code that the organisation has decides: a nurse who may dress wounds is no answer to another service.
  const codeOf = (service: ServiceId): string => SERVICES[service].codes.find((code) => roles.has(code)) ?? '';
  return {
    own: new Set(
      SERVICE_IDS.filter((service) => roles.get(codeOf(service))?.some((role) => ownRoles.has(role as never))),
    ),
    partner: new Set(SERVICE_IDS.filter((service) => contracted.has(codeOf(service)))),
  };
}
