/** The places of the life: a home city, what lies around it, and where trips go. Coordinates are WGS 84 degrees. */
import tzLookup from "@photostructure/tz-lookup"
import type { NonEmpty, Random } from "./random.ts"

export interface Position {
  readonly latitude: number
  readonly longitude: number
  /** Metres above sea level. */
  readonly altitude: number
}

export interface Place extends Position {
  readonly name: string
  readonly address: string
  /** IANA name. */
  readonly zone: string
}

export const place = (name: string, address: string, latitude: number, longitude: number, altitude: number): Place => ({
  name,
  address,
  latitude,
  longitude,
  altitude,
  zone: tzLookup(latitude, longitude)
})

export const home = place("Home", "Florianigasse 46, 1080 Wien", 48.2121, 16.3442, 190)
export const office = place("Office", "Wagramer Straße 17-19, 1220 Wien", 48.2333, 16.4158, 165)
export const bookshop = place("Phil", "Gumpendorfer Straße 10-12, 1060 Wien", 48.2005, 16.3616, 180)
export const birthdayHouse = place("Jonas", "Hietzinger Hauptstraße 22, 1130 Wien", 48.1868, 16.2985, 200)

/** Where one walks without an appointment. */
export const walks: NonEmpty<Place> = [
  place("Augarten", "Obere Augartenstraße 1, 1020 Wien", 48.2257, 16.3756, 162),
  place("Volksgarten", "Burgring, 1010 Wien", 48.208, 16.3612, 175),
  place("Donaukanal", "Franz-Josefs-Kai, 1010 Wien", 48.2129, 16.3741, 160),
  place("Türkenschanzpark", "Gregor-Mendel-Straße, 1180 Wien", 48.2349, 16.3337, 240)
]

export const dinners: NonEmpty<Place> = [
  place("Glacis Beisl", "Breite Gasse 4, 1070 Wien", 48.2046, 16.3567, 190),
  place("Gasthaus Pöschl", "Weihburggasse 17, 1010 Wien", 48.2061, 16.3738, 172),
  place("Café Drechsler", "Girardigasse 1, 1060 Wien", 48.1986, 16.3632, 175),
  place("Schweizerhaus", "Prater 116, 1020 Wien", 48.2155, 16.4013, 160)
]

export const stages: NonEmpty<Place> = [
  place("Konzerthaus", "Lothringerstraße 20, 1030 Wien", 48.2009, 16.3771, 170),
  place("Arena Wien", "Baumgasse 80, 1030 Wien", 48.1873, 16.4155, 165),
  place("Burgtheater", "Universitätsring 2, 1010 Wien", 48.2102, 16.3615, 174)
]

export const museums: NonEmpty<Place> = [
  place("Albertina", "Albertinaplatz 1, 1010 Wien", 48.2047, 16.3682, 178),
  place("Belvedere", "Prinz-Eugen-Straße 27, 1030 Wien", 48.1916, 16.3809, 190),
  place("Technisches Museum", "Mariahilfer Straße 212, 1140 Wien", 48.1909, 16.3178, 196)
]

export const outings: NonEmpty<Place> = [
  place("Schneeberg", "Puchberg am Schneeberg", 47.7672, 15.8066, 2076),
  place("Kahlenberg", "Am Kahlenberg, 1190 Wien", 48.2766, 16.3359, 484),
  place("Dürnstein", "3601 Dürnstein, Wachau", 48.3957, 15.52, 210),
  place("Podersdorf am See", "Strandplatz 2, 7141 Podersdorf", 47.8536, 16.8262, 117),
  place("Lainzer Tiergarten", "Hermesstraße, 1130 Wien", 48.1836, 16.227, 260)
]

/** Two places that can't be mistaken for each other: what happens at the same time is told apart by where. */
export const farApart: NonEmpty<readonly [Place, Place]> = [
  [
    place("Schloss Schönbrunn", "Schönbrunner Schloßstraße 47, 1130 Wien", 48.1845, 16.3122, 195),
    place("Donauinsel", "Donauinsel, 1220 Wien", 48.2286, 16.408, 160)
  ],
  [
    place("Ernst-Happel-Stadion", "Meiereistraße 7, 1020 Wien", 48.2072, 16.4207, 158),
    place("Wilhelminenberg", "Savoyenstraße 2, 1160 Wien", 48.2197, 16.2853, 385)
  ]
]

/** A trip stays around its centre; the sights, each an appointment of its own, are more than a kilometre from it. */
export interface Destination {
  readonly title: string
  readonly album: string
  readonly centre: Place
  readonly sights: NonEmpty<Place>
}

export const holidays: NonEmpty<Destination> = [
  {
    title: "Lisbon",
    album: "Lisbon & Belém",
    centre: place("Rossio", "Praça Dom Pedro IV, Lisboa", 38.7139, -9.1394, 15),
    sights: [
      place("Torre de Belém", "Avenida Brasília, Lisboa", 38.6916, -9.216, 5),
      place("Ponto Final", "Rua do Ginjal 72, Almada", 38.6838, -9.1597, 4)
    ]
  },
  {
    title: "New York",
    album: "New York: Manhattan/Brooklyn",
    centre: place("Times Square", "Manhattan, NY 10036", 40.758, -73.9855, 16),
    sights: [
      place("Brooklyn Bridge", "Brooklyn Bridge, New York, NY 10038", 40.7061, -73.9969, 40),
      place("The Met", "1000 5th Ave, New York, NY 10028", 40.7794, -73.9632, 30)
    ]
  },
  {
    title: "Tokyo",
    album: "Tokyo 東京 / spring & autumn",
    centre: place("Asakusa", "2-3-1 Asakusa, Taito City, Tokyo", 35.7148, 139.7967, 5),
    sights: [
      place("Shibuya Crossing", "Dogenzaka, Shibuya City, Tokyo", 35.6595, 139.7005, 20),
      place("teamLab Planets", "6-1-16 Toyosu, Koto City, Tokyo", 35.6492, 139.7898, 6)
    ]
  },
  {
    title: "Iceland",
    album: "Iceland: ice & fire",
    centre: place("Hallgrímskirkja", "Hallgrímstorg 1, Reykjavík", 64.1417, -21.9266, 38),
    sights: [
      place("Perlan", "Varmahlíð 1, Reykjavík", 64.1292, -21.919, 60),
      place("Blue Lagoon", "Norðurljósavegur 11, Grindavík", 63.8804, -22.4495, 20)
    ]
  },
  {
    title: "Nepal",
    album: "Kathmandu & the valley",
    centre: place("Durbar Square", "Basantapur, Kathmandu", 27.7045, 85.3077, 1300),
    sights: [
      place("Boudhanath", "Boudha Road, Kathmandu", 27.7215, 85.362, 1320),
      place("Swayambhunath", "Bhagwan Pau, Kathmandu", 27.7149, 85.2904, 1380)
    ]
  }
]

export const weekends: NonEmpty<Destination> = [
  {
    title: "Prague",
    album: "Prague",
    centre: place("Staroměstské náměstí", "Praha 1", 50.087, 14.4208, 190),
    sights: [place("Vyšehrad", "V Pevnosti 159, Praha 2", 50.0644, 14.4178, 240)]
  },
  {
    title: "Budapest",
    album: "Budapest: baths & bridges",
    centre: place("Halászbástya", "Szentháromság tér, Budapest", 47.5022, 19.0348, 160),
    sights: [place("Széchenyi fürdő", "Állatkerti krt. 9-11, Budapest", 47.5186, 19.0822, 115)]
  },
  {
    title: "Ljubljana",
    album: "Ljubljana/Bled",
    centre: place("Prešernov trg", "Ljubljana", 46.0514, 14.506, 298),
    sights: [place("Bled", "Cesta svobode, Bled", 46.3636, 14.0938, 480)]
  },
  {
    title: "London",
    album: "London",
    centre: place("Trafalgar Square", "London WC2N 5DN", 51.508, -0.1281, 20),
    sights: [place("Royal Observatory", "Blackheath Ave, London SE10 8XJ", 51.4769, -0.0005, 45)]
  },
  {
    title: "Venice",
    album: "Venezia: calli & canali",
    centre: place("Piazza San Marco", "30124 Venezia", 45.4341, 12.3388, 1),
    sights: [place("Murano", "Fondamenta Manin, 30141 Venezia", 45.4586, 12.3527, 1)]
  }
]

/** One place per zone is enough to know all zones of the life. */
export const zones: ReadonlyArray<string> = [
  ...new Set([home, ...[...holidays, ...weekends].map(({ centre }) => centre)].map(({ zone }) => zone))
]

const METRES_PER_DEGREE = 111_320

/** A point within `metres` of the place, to a centimetre. */
export const near = (random: Random, { latitude, longitude, altitude }: Position, metres: number): Position => {
  // Both legs below metres / √2 keep the corner of the square inside the circle.
  const leg = () => ((random.next() * 2 - 1) * metres) / Math.SQRT2
  const north = leg() / METRES_PER_DEGREE
  const east = leg() / (METRES_PER_DEGREE * Math.cos((latitude * Math.PI) / 180))
  return {
    latitude: Number((latitude + north).toFixed(7)),
    longitude: Number((longitude + east).toFixed(7)),
    altitude: altitude + random.integer(0, 8)
  }
}
