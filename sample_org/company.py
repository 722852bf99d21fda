"""Who the invented company is: its names, its market and the words of its records. No drawing, no dates here.

Every name is made up; e-mail domains end in ``.example``, which nobody can own.
"""

from dataclasses import dataclass

COMPANY = "Fennmark"
DOMAIN = "fennmark.example"
PRODUCTS = ("Fennmark Relay", "Fennmark Atlas", "Fennmark Guard")
COMPETITORS = ("Corvexa", "Tandrill", "Osterlane", "Plinthworks")

SEGMENTS = ("smb", "mid_market", "enterprise")
SEGMENT_LABELS = {"smb": "SMB", "mid_market": "Mid-Market", "enterprise": "Enterprise"}

# Behaviours of the sales rubric, in its order: columns of every skill matrix.
BEHAVIOURS = (
    "sets_agenda",
    "asks_budget",
    "asks_decision_process",
    "quantifies_impact",
    "probes_deeper",
    "confirms_understanding",
    "explores_objection",
    "anchors_price_to_value",
    "holds_price",
    "asks_multithread",
    "handles_competitor",
    "sets_next_step",
)


@dataclass(frozen=True)
class Region:
    """Where a team sits."""

    name: str
    country: str
    time_zone: str


REGIONS = (
    Region("East", "US", "America/New_York"),
    Region("Central", "US", "America/Chicago"),
    Region("West", "US", "America/Los_Angeles"),
    Region("UK", "GB", "Europe/London"),
    Region("DACH", "DE", "Europe/Berlin"),
)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST_NAMES = _words(
    """Aaron Abby Adele Adrian Aisha Alan Alba Alec Alice Amara Amir Amy Andre Angela Anika Anton Arjun Astrid Ava
    Bea Ben Bianca Blake Boris Brenda Bruno Camila Carl Carmen Cedric Celia Chen Chloe Clara Colin Cora Curtis
    Daisy Damian Dana Dario Dean Deepa Derek Diana Dmitri Dora Dylan Edith Eli Elena Elias Ella Emil Emma Erica
    Esther Ethan Eva Fabian Farah Felix Fiona Florian Frank Freya Gavin Gemma George Gina Grace Greta Hana
    Hannah Harvey Hazel Heidi Helen Henry Hugo Ian Ida Ines Ingrid Irene Isaac Ivan Ivy Jack Jada James Jana
    Jasper Jean Jenna Joel Jonas Jordan Judith Julia Kai Karen Karim Kate Keira Kevin Kira Lara Laura Leah Lena
    Leo Liam Lila Linus Lorena Louis Lucas Lucy Luna Maya Malik Marco Maria Marta Martin Mason Max Mei Mia Miles
    Mina Miriam Mona Nadia Naomi Nathan Nell Nick Nina Noah Nora Olga Oliver Omar Oscar Owen Paula Pavel Penny
    Peter Philip Priya Quinn Rafael Rana Raul Rebecca Rhea Ricardo Rita Robin Rosa Ruben Ruth Ryan Sadie Sam
    Sandra Sara Sean Selma Simon Sofia Sonia Stefan Stella Suki Tara Ted Teresa Theo Tilda Tim Tobias Tom Tori
    Uma Ursula Vera Victor Viola Wade Wendy Wes Yara Yusuf Zara Zoe"""
)
LAST_NAMES = _words(
    """Abbott Adeyemi Aldana Almeida Anders Archer Ashby Bakker Banerjee Barlow Bauer Bell Bennet Berg Bianchi Blom
    Bond Bosch Brandt Briggs Brooks Burke Calder Campos Carver Castell Chandra Cho Clay Cole Conti Cortez Cray
    Curran Dale Dalton Davila Decker Delgado Diaz Dorn Doyle Drake Dubois Dunn Eaton Eckert Ellis Emery Engel
    Farrow Faulk Ferrer Fiske Flores Forde Foss Frost Fuchs Gale Garner Gatti Gibbs Glenn Gomez Goodwin Grady
    Grant Greer Haas Hale Hansen Harlan Hart Hayes Heller Hobbs Holt Horvath Howe Hsu Hughes Iqbal Irving Ito
    Jansen Jarvis Jensen Joshi Kane Kaplan Keane Keller Kemp Kerr Khan Kirby Klein Knox Koch Kovac Kramer Lacey
    Lane Larsen Leal Lindt Lowe Lund Maddox Maier Malone Mann Marsh Mehta Mercer Meyer Mills Moreau Moss Nadel
    Nair Nash Neal Nolan Novak Nunez Oakes Okafor Olsen Orr Ortega Osman Pace Palmer Park Patel Pauly Pena Perry
    Petrov Pike Porter Pratt Quirk Ramos Rao Reed Reyes Rhodes Riley Rivera Roche Romero Rossi Roth Rowe Rubin
    Sandoval Sato Sauer Schmitt Sharp Shaw Silva Singh Sloan Soto Stark Steele Stone Sutter Swift Tanaka Tate
    Thorne Torres Tran Tully Vance Vargas Vega Voss Wade Walsh Warren Weber West Wilde Wolfe Wong Wyatt Yates
    York Young Zamora Zeller"""
)

# Customers: "<word> <trade>"; a trade belongs to an industry.
CUSTOMER_WORDS = _words(
    """Alder Amberly Arcane Ashgrove Aspenfield Badger Balfour Barrow Beacon Birchway Blackthorn Bluefin Bramble
    Bridgeton Brookside Calico Canopy Cardinal Cedarline Chestnut Clearbrook Cobalt Copperhill Coral Crestwood
    Crossfield Cypress Dalewood Deepwater Driftwood Dunmore Eastgate Elderberry Elmhurst Emberton Evenfall
    Fairhaven Falconer Fernhill Firelight Flintlock Foxglove Gableton Glenmoor Goldcrest Granite Greenway
    Halcyon Harborview Hawthorn Hazelton Heatherly Highmark Hillcrest Hollowell Ironbark Ivywood Juniper Kestrel
    Kingsley Lakeland Larkspur Laurelton Lighthouse Limestone Lindenwood Longmeadow Maplewood Marigold Marlowe
    Meadowlark Millrace Moonstone Mossbank Northfield Oakhurst Oldbridge Orchard Osprey Overlook Palisade Pebble
    Pennant Pinecrest Plumtree Quarry Quillon Ravenna Redwood Ridgeline Riverbend Rosewood Saltmarsh Sandpiper
    Seabright Sequoia Silverlake Springdale Starling Stonegate Summit Sunfield Sycamore Tamarack Thistle
    Timberly Tidewater Trellis Umber Valemont Verdant Walnut Waverly Westbrook Wheatley Whitewater Wildrose
    Willow Windmere Winterton Woodbine Yarrow Yewdale"""
)
CUSTOMER_TRADES = (
    ("Freight", "TRANSPORTATION"),
    ("Logistics", "LOGISTICS_AND_SUPPLY_CHAIN"),
    ("Dental Group", "HOSPITAL_HEALTH_CARE"),
    ("Clinics", "HOSPITAL_HEALTH_CARE"),
    ("Foods", "FOOD_PRODUCTION"),
    ("Bakeries", "FOOD_PRODUCTION"),
    ("Hotels", "HOSPITALITY"),
    ("Outfitters", "RETAIL"),
    ("Furniture", "FURNITURE"),
    ("Insurance", "INSURANCE"),
    ("Credit Union", "BANKING"),
    ("Capital", "FINANCIAL_SERVICES"),
    ("Machining", "MACHINERY"),
    ("Plastics", "PLASTICS"),
    ("Paper", "PAPER_FOREST_PRODUCTS"),
    ("Energy", "OIL_ENERGY"),
    ("Solar", "RENEWABLES_ENVIRONMENT"),
    ("Builders", "CONSTRUCTION"),
    ("Properties", "REAL_ESTATE"),
    ("Software", "COMPUTER_SOFTWARE"),
    ("Networks", "TELECOMMUNICATIONS"),
    ("Media", "MEDIA_PRODUCTION"),
    ("Academy", "EDUCATION_MANAGEMENT"),
    ("Staffing", "STAFFING_AND_RECRUITING"),
    ("Legal", "LEGAL_SERVICES"),
    ("Optics", "MEDICAL_DEVICES"),
    ("Labs", "BIOTECHNOLOGY"),
    ("Textiles", "TEXTILES"),
    ("Brewing", "WINE_AND_SPIRITS"),
    ("Marine", "MARITIME"),
)

CONTACT_TITLES = {
    "smb": ("Owner", "Office Manager", "Operations Manager", "Managing Director", "Finance Manager", "IT Lead"),
    "mid_market": (
        "Head of Operations",
        "Finance Director",
        "VP Operations",
        "IT Manager",
        "Procurement Manager",
        "COO",
    ),
    "enterprise": (
        "VP Finance Operations",
        "Chief Information Officer",
        "Director of Procurement",
        "Senior Director, Operations",
        "Enterprise Architect",
        "General Counsel",
        "Chief Financial Officer",
    ),
}
