/** The places of the hard life that the ordinary one doesn't have. */
import { type Place, place } from "../places.ts"
import type { NonEmpty } from "../random.ts"

/** The second one belongs to those who move house. */
export const homes = [
  place("Florianigasse 46", "Florianigasse 46, 1080 Wien", 48.2121, 16.3442, 190),
  place("Hietzinger Kai 101", "Hietzinger Kai 101, 1130 Wien", 48.1862, 16.286, 200)
] as const

/** For weekends, 90 km from home. */
export const flat = place("Haus am See", "Am Erlaufsee 4, 8630 Mariazell", 47.7912, 15.2875, 830)
/** What there is to do around it: more than a kilometre from it. */
export const aroundFlat: NonEmpty<Place> = [
  place("Basilika Mariazell", "Kardinal-Tisserant-Platz 1, 8630 Mariazell", 47.7731, 15.3164, 868),
  place("Bürgeralpe", "Wiener Straße 28, 8630 Mariazell", 47.7836, 15.3247, 1266)
]

/** Where one works, and where one eats nearby. */
export const offices = [
  place("DC Tower", "Donau-City-Straße 7, 1220 Wien", 48.2321, 16.4127, 165),
  place("Rivergate", "Handelskai 92, 1200 Wien", 48.2413, 16.3866, 162)
] as const
export const canteens: ReadonlyMap<Place, Place> = new Map([
  [offices[0], place("Kaisermühlen Imbiss", "Schüttaustraße 41, 1220 Wien", 48.2288, 16.4194, 163)],
  [offices[1], place("Millennium City", "Handelskai 94-96, 1200 Wien", 48.2375, 16.3893, 162)]
])

/** A day there and back: 60 km or more from home, each with a second thing to see. */
export const excursions: NonEmpty<readonly [Place, Place]> = [
  [
    place("Hochschneeberg", "Puchberg am Schneeberg", 47.7672, 15.8066, 1795),
    place("Puchberg", "Wiener Neustädter Straße 17, 2734 Puchberg", 47.7869, 15.9117, 585)
  ],
  [
    place("Dürnstein", "3601 Dürnstein, Wachau", 48.3957, 15.52, 210),
    place("Spitz", "Mittergasse 3a, 3620 Spitz", 48.3644, 15.4144, 207)
  ],
  [
    place("Schlossberg", "Am Schlossberg, 8010 Graz", 47.0767, 15.4375, 473),
    place("Schloss Eggenberg", "Eggenberger Allee 90, 8020 Graz", 47.0738, 15.3917, 381)
  ],
  [
    place("Špilberk", "Špilberk 1, Brno", 49.1945, 16.5995, 290),
    place("Vila Tugendhat", "Černopolní 45, Brno", 49.2071, 16.6161, 250)
  ],
  [
    place("Ars Electronica", "Ars-Electronica-Straße 1, 4040 Linz", 48.3096, 14.2844, 260),
    place("Pöstlingberg", "Am Pöstlingberg, 4040 Linz", 48.3237, 14.2583, 539)
  ]
]

/** Where a journey stays for some nights: around its centre, with sights more than a kilometre away. */
export interface StopPlace {
  readonly town: string
  readonly centre: Place
  /** Where one sleeps: some hundred metres from the centre. */
  readonly hotel: Place
  readonly sights: NonEmpty<Place>
}

export interface Route {
  readonly title: string
  readonly album: string
  /** The first is the main one. */
  readonly stops: NonEmpty<StopPlace>
}

const stop = (town: string, centre: Place, ...sights: NonEmpty<Place>): StopPlace => ({
  town,
  centre,
  hotel: {
    ...centre,
    name: `Hotel ${centre.name}`,
    latitude: Number((centre.latitude + 0.0062).toFixed(7)),
    longitude: Number((centre.longitude + 0.0031).toFixed(7))
  },
  sights
})

/** By air, with several stops. */
export const holidayRoutes: NonEmpty<Route> = [
  {
    title: "Portugal",
    album: "Portugal: Lisbon & Porto",
    stops: [
      stop(
        "Lisboa, Portugal",
        place("Rossio", "Praça Dom Pedro IV, Lisboa", 38.7139, -9.1394, 15),
        place("Torre de Belém", "Avenida Brasília, Lisboa", 38.6916, -9.216, 5),
        place("Ponto Final", "Rua do Ginjal 72, Almada", 38.6838, -9.1597, 4)
      ),
      stop(
        "Porto, Portugal",
        place("Ribeira", "Praça Ribeira, Porto", 41.1407, -8.6132, 10),
        place("Casa da Música", "Avenida da Boavista 604, Porto", 41.1589, -8.6307, 80)
      )
    ]
  },
  {
    title: "Japan",
    album: "Japan 日本",
    stops: [
      stop(
        "Tokyo, Japan",
        place("Asakusa", "2-3-1 Asakusa, Taito City, Tokyo", 35.7148, 139.7967, 5),
        place("Shibuya Crossing", "Dogenzaka, Shibuya City, Tokyo", 35.6595, 139.7005, 20),
        place("teamLab Planets", "6-1-16 Toyosu, Koto City, Tokyo", 35.6492, 139.7898, 6)
      ),
      stop(
        "Kyoto, Japan",
        place("Gion", "Gionmachi, Kyoto", 35.0037, 135.7782, 45),
        place("Fushimi Inari", "68 Fukakusa Yabunouchicho, Kyoto", 34.9671, 135.7727, 60)
      )
    ]
  },
  {
    title: "New York and Boston",
    album: "New York: Manhattan/Brooklyn",
    stops: [
      stop(
        "New York, NY",
        place("Times Square", "Manhattan, NY 10036", 40.758, -73.9855, 16),
        place("Brooklyn Bridge", "Brooklyn Bridge, New York, NY 10038", 40.7061, -73.9969, 40),
        place("The Met", "1000 5th Ave, New York, NY 10028", 40.7794, -73.9632, 30)
      ),
      stop(
        "Boston, MA",
        place("Boston Common", "139 Tremont St, Boston, MA", 42.355, -71.0655, 12),
        place("Harvard Yard", "Cambridge, MA 02138", 42.3744, -71.1169, 8)
      )
    ]
  },
  {
    title: "Iceland",
    album: "Iceland: ice & fire",
    stops: [
      stop(
        "Reykjavík, Iceland",
        place("Hallgrímskirkja", "Hallgrímstorg 1, Reykjavík", 64.1417, -21.9266, 38),
        place("Perlan", "Varmahlíð 1, Reykjavík", 64.1292, -21.919, 60),
        place("Blue Lagoon", "Norðurljósavegur 11, Grindavík", 63.8804, -22.4495, 20)
      ),
      stop(
        "Akureyri, Iceland",
        place("Akureyrarkirkja", "Eyrarlandsvegur, Akureyri", 65.6802, -18.0907, 40),
        place("Goðafoss", "Goðafossvegur, 641 Húsavík", 65.6828, -17.5502, 110)
      )
    ]
  }
]

/** By train, for two nights or three. */
export const weekendRoutes: NonEmpty<Route> = [
  {
    title: "Prague",
    album: "Prague",
    stops: [
      stop(
        "Praha, Česko",
        place("Staroměstské náměstí", "Praha 1", 50.087, 14.4208, 190),
        place("Vyšehrad", "V Pevnosti 159, Praha 2", 50.0644, 14.4178, 240)
      )
    ]
  },
  {
    title: "Budapest",
    album: "Budapest: baths & bridges",
    stops: [
      stop(
        "Budapest, Magyarország",
        place("Halászbástya", "Szentháromság tér, Budapest", 47.5022, 19.0348, 160),
        place("Széchenyi fürdő", "Állatkerti krt. 9-11, Budapest", 47.5186, 19.0822, 115)
      )
    ]
  },
  {
    title: "Ljubljana and Bled",
    album: "Ljubljana/Bled",
    stops: [
      stop(
        "Ljubljana, Slovenija",
        place("Prešernov trg", "Ljubljana", 46.0514, 14.506, 298),
        place("Tivoli", "Celovška cesta 23, Ljubljana", 46.0566, 14.4926, 300)
      ),
      stop(
        "Bled, Slovenija",
        place("Blejski otok", "Cesta svobode, Bled", 46.3636, 14.0938, 480),
        place("Vintgar", "Podhom 80, Zgornje Gorje", 46.3933, 14.0856, 580)
      )
    ]
  },
  {
    title: "Salzburg",
    album: "Salzburg",
    stops: [
      stop(
        "Salzburg",
        place("Domplatz", "Domplatz 1a, 5020 Salzburg", 47.7978, 13.0466, 425),
        place("Hellbrunn", "Fürstenweg 37, 5020 Salzburg", 47.7622, 13.0608, 430)
      )
    ]
  }
]

/** For work, a night or two: a conference hall is the centre. */
export const businessRoutes: NonEmpty<Route> = [
  {
    title: "DataConf",
    album: "Berlin",
    stops: [
      stop(
        "Berlin, Deutschland",
        place("bcc Berlin", "Alexanderstraße 11, 10178 Berlin", 52.5208, 13.4166, 36),
        place("Prater Garten", "Kastanienallee 7-9, 10435 Berlin", 52.5398, 13.4101, 50)
      )
    ]
  },
  {
    title: "Customer days",
    album: "Zürich",
    stops: [
      stop(
        "Zürich, Schweiz",
        place("Kongresshaus", "Claridenstrasse 5, 8002 Zürich", 47.3658, 8.5371, 408),
        place("Lindenhof", "Lindenhof, 8001 Zürich", 47.373, 8.5409, 428)
      )
    ]
  }
]
